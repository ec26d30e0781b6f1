"""Settings say where things are; what the business wants is policy (`shared.policy`), and the two never mix.

Each is an environment variable with the prefix `KEEPLINE_`.
"""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where a process finds the rest of the platform, and how patient it is."""

    model_config = SettingsConfigDict(env_prefix="KEEPLINE_", frozen=True)

    environment: Literal["production", "development"] = "production"
    """Production refuses the simulated clock and the development issuer."""

    kafka: str = "127.0.0.1:9092"
    """Bootstrap servers, `host:port` separated by commas."""

    partitions_max: int = Field(default=64, ge=1)
    """Topics get at most so many partitions; small machines want few."""

    replication: int = Field(default=1, ge=1, le=5)
    """Copies of each partition; 3 on a real cluster."""

    database_url: str = "postgresql+asyncpg://keepline@127.0.0.1/keepline"
    """SQLAlchemy URL of the database, with the driver written in full."""

    secret_key: SecretStr = SecretStr("")
    """Seals the bytes of dead letters: 32 bytes in URL-safe base64 (`./keepline secret` prints a new one)."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65535)

    issuer: str = ""
    """URL of the OIDC issuer whose tokens are believed; its keys are read from `<issuer>/jwks`."""

    audience: str = "keepline"

    addresses: dict[str, str] = {}
    """Where each service serves HTTP, by name, as JSON; dispatch asks `offers` for the packages on a card."""

    simulation: bool = False
    """Business time is moved by the simulator; refused in production."""

    session_timeout_ms: int = Field(default=10_000, ge=6_000)
    """Kafka session: how long a silent consumer keeps its partitions."""

    stall_s: float = Field(default=60.0, gt=0)
    """A process whose lag is above 0 and whose progress stood still for so long ends itself."""

    archive_dir: str = ".keepline/archive"
    """Where the archive keeps its segments: a folder that outlives the process."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @model_validator(mode="after")
    def _production_is_real(self) -> Self:
        if self.environment == "production" and self.simulation:
            raise ValueError("could not start: KEEPLINE_SIMULATION is on, and production runs on real time only")
        return self
