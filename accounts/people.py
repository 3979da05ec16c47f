"""A person who is about to get an account."""

from dataclasses import dataclass, field

from accounts.models import User


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    email: str
    name: str
    language: str
    password: str = field(repr=False)

    def create(self, role: str) -> User:
        return User.objects.create_user(
            self.email, self.password, role=role, name=self.name, language=self.language
        )
