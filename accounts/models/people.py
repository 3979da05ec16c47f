"""Who is this person, and what may they do?"""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import tokens

INVITATION_DAYS = 7


class Role(models.TextChoices):
    """A group of permissions. The highest one that a person has is their role."""

    MEMBER = "member", _("Member")
    FINANCE = "finance", _("Finance")
    ADMIN = "admin", _("Admin")


class Theme(models.TextChoices):
    SYSTEM = "system", _("Same as system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, password: str | None = None, *, role: str = Role.MEMBER, **fields: object
    ) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        user.set_role(role)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, role=Role.ADMIN, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)  # empty: the browser's
    theme = models.CharField(_("theme"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_email_is_lower_case", condition=models.Q(email=Lower("email"))
            ),
        ]
        permissions = [
            ("view_all_logs", "Can see everybody's logs"),
            ("view_all_spend", "Can see everybody's spend"),
            ("manage_people", "Can invite people and grant roles"),
            ("view_system", "Can see the state of the installation and the audit log"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    @cached_property
    def role(self) -> Role:
        if self.is_superuser:
            return Role.ADMIN
        names = {group.name for group in self.groups.all()}
        return next(role for role in reversed(Role) if role in names or role is Role.MEMBER)

    @property
    def is_admin_role(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_finance_role(self) -> bool:
        return self.role is Role.FINANCE

    def set_role(self, role: str) -> None:
        self.groups.set([Group.objects.get(name=Role(role))])
        self.__dict__.pop("role", None)

    def prefer(self, **preferences: str) -> None:
        """Remember a name, a language or a theme."""
        for field, value in preferences.items():
            setattr(self, field, value)
        self.save(update_fields=list(preferences))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self, now: datetime) -> Self:
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)

    def with_token(self, token: str) -> Self:
        return self.filter(token_digest=tokens.digest(token))

    def revoke(self, now: datetime) -> bool:
        return self.pending(now).update(revoked_at=now) > 0

    def invite(self, *, email: str, role: str, by: User, now: datetime) -> tuple["Invitation", str]:
        """Make an invitation, and end earlier ones; the token is not kept anywhere."""
        self.filter(email=email).revoke(now)
        token = tokens.new_token()
        invitation = self.create(
            email=email,
            role=role,
            token_digest=tokens.digest(token),
            invited_by=by,
            expires_at=now + timedelta(days=INVITATION_DAYS),
        )
        return invitation, token


class Invitation(models.Model):
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    token_digest = models.CharField(max_length=tokens.DIGEST_LENGTH, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="invitations"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.email

    def accept(self, now: datetime) -> bool:
        """Use the invitation up. False: somebody was faster, or it is no longer pending."""
        this = Invitation.objects.filter(pk=self.pk)
        return this.pending(now).update(accepted_at=now) == 1


class InstallationQuerySet(models.QuerySet["Installation"]):
    def opened_by(self, setup_token: str) -> Self:
        return self.filter(setup_token_digest=tokens.digest(setup_token), set_up_at=None)


class Installation(models.Model):
    """What is true for everybody here. There is one row, made with the first set-up link."""

    name = models.CharField(_("name"), max_length=100, blank=True)
    time_zone = models.CharField(_("business time zone"), max_length=64, default="UTC")
    setup_token_digest = models.CharField(
        max_length=tokens.DIGEST_LENGTH, blank=True, editable=False
    )
    set_up_at = models.DateTimeField(null=True, editable=False)

    objects = InstallationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="installation_is_one_row", condition=models.Q(pk=1)),
        ]

    def __str__(self) -> str:
        return self.name or "Tollbook"
