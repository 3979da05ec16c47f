import pytest

from providers.models import Site, SiteTrait
from tests.providers.commands.histories import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def mirror(mirror_of):
    return mirror_of(rows(90, step=3600))


@pytest.fixture
def doctor(run, mirror):
    return lambda *words: run("doctor", "--connection", mirror.connection.pk, *words)


def values(ran):
    return {trait["code"]: trait["value"] for trait in ran.json["traits"]}


def test_it_says_what_the_site_does(doctor):
    found = values(doctor("--json"))
    assert (found["version"], found["dialect"]) == ("v0.13.2", "new-api")
    assert (found["ids"], found["statistic"], found["rate_limit"]) == ("rank", "equal", "never")
    told = doctor().out
    assert "Ids of rows" in told
    assert "different from window to window" in told


def test_it_reads_only_and_within_the_budget(doctor, mirror, settings):
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 600
    doctor()
    asked = mirror.double.requests()
    assert {request["method"] for request in asked} == {"GET"}
    assert len(asked) <= 16
    assert Site.objects.get().paced_until > 0


def test_an_upgrade_is_noticed_and_kept(doctor, mirror):
    doctor()
    mirror.double.switch("new-api-v0.6.8")
    found = {trait["code"]: trait for trait in doctor("--json").json["traits"]}
    assert (found["version"]["value"], found["version"]["former"]) == ("v0.6.8.0", "v0.13.2")
    assert found["ids"]["value"] == "small"
    assert found["ids"]["changed_at"] is not None
    assert found["time_edges"]["changed_at"] is None
    assert "until" in doctor().out


def test_it_remembers_the_last_findings_only(doctor):
    doctor()
    once = SiteTrait.objects.count()
    doctor()
    assert SiteTrait.objects.count() == once


def test_it_says_why_the_site_could_not_be_asked(doctor, mirror):
    mirror.double.change_account(2, token="another")
    assert "Copy the system access token again" in doctor().error


def test_a_429_slows_everybody_down(doctor, mirror):
    mirror.double.fault("status", status=429)
    assert "slow down" in doctor().error
    assert Site.objects.get().slow_until > 0
    mirror.double.clear_faults()
    Site.objects.update(paced_until=0)
    assert values(doctor("--json"))["rate_limit"] == "seen"
