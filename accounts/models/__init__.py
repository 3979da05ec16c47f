from accounts.models.audit import AuditEvent, AuditHead
from accounts.models.people import INVITATION_DAYS, Installation, Invitation, Role, Theme, User

__all__ = [
    "INVITATION_DAYS",
    "AuditEvent",
    "AuditHead",
    "Installation",
    "Invitation",
    "Role",
    "Theme",
    "User",
]
