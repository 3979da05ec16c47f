"""What the workers did: one row for each turn at a site."""

from django.db import models

from providers.models.sites import Site


class SyncRun(models.Model):
    """A turn in which the site was asked something. A worker that was killed leaves none."""

    class Outcome(models.TextChoices):
        DONE = "done"  # nothing more was due
        MORE = "more"  # its time was up, more is due
        BUDGET = "budget"  # the site's budget was spent
        LOST = "lost"  # another worker has the site now
        BROKE = "broke"  # a fault of ours, see the worker's log

    site = models.ForeignKey(Site, models.CASCADE, related_name="runs")
    began_at = models.DateTimeField()
    seconds = models.FloatField()
    requests = models.IntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)

    class Meta:
        indexes = [models.Index(fields=["site", "began_at"], name="run_by_site")]

    def __str__(self) -> str:
        return f"{self.site} {self.began_at:%Y-%m-%d %H:%M:%S}: {self.outcome}"
