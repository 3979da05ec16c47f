from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PERMISSIONS: dict[str, str] = {
    "view_all_logs": "Can see everybody's logs",
    "view_all_spend": "Can see everybody's spend",
    "manage_people": "Can invite people and grant roles",
}
ROLES: dict[str, list[str]] = {
    "member": [],
    "finance": ["view_all_spend"],
    "admin": ["view_all_logs", "view_all_spend", "manage_people"],
}


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor | None) -> None:
    # Django makes permissions only after the last migration, so make ours here; it will find them.
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    user, _ = content_types.get_or_create(app_label="accounts", model="user")
    for codename, name in PERMISSIONS.items():
        permissions.get_or_create(content_type=user, codename=codename, defaults={"name": name})
    for role, codenames in ROLES.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.add(*permissions.filter(content_type=user, codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people")]

    # Nothing to undo: groups without permissions harm nobody, and people may be in them.
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
