"""Every setting, in one strict place: environment, then file, then default.

`SAYSO_HOME=/data/sayso sayso chat` or `sayso.toml` in the working directory with `home = "/data/sayso"`.
An unknown key in the file, or a value out of range, is an error that names it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.errors import UserError

__all__ = ["Settings", "settings"]


class Settings(BaseSettings):
    """What can be set, with units and ranges."""

    model_config = SettingsConfigDict(env_prefix="SAYSO_", toml_file="sayso.toml", extra="forbid", frozen=True)

    home: Path = Path("~/.sayso")
    """Where the database, the adapters and the logs live."""
    database: str = ""
    """A SQLAlchemy address such as postgresql+psycopg://user@host/sayso; empty: SQLite in `home`."""
    author: str = "me"
    """Who speaks, where no login says so."""
    parser: str = "auto"
    """Who reads what people say: a name, or NAME:MODEL as in transformers:Qwen/Qwen3-1.7B or openai:llama3.2."""
    parser_model: str = ""
    """What the parser `transformers` loads: a folder, or a name on the hub."""
    parser_timeout: float = Field(30, gt=0, le=3600)
    """Seconds until a server that reads for us counts as gone."""
    parser_retries: int = Field(1, ge=0, le=10)
    """How often such a server is asked again where it fails."""
    openai_base_url: str = Field("", validation_alias=AliasChoices("sayso_openai_base_url", "openai_base_url"))
    """The address of an OpenAI-compatible server, such as http://localhost:11434/v1; OPENAI_BASE_URL sets it, too."""
    openai_api_key: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("sayso_openai_api_key", "openai_api_key")
    )
    """Its key, where it wants one; OPENAI_API_KEY sets it, too."""
    openai_model: str = ""
    """What the parser `openai` asks that server for."""
    parser_price_in: float | None = Field(None, ge=0)
    parser_price_out: float | None = Field(None, ge=0)
    """What that server asks for a million tokens that it reads, and that it writes; None: not known."""
    strategy: str = "herding"
    """How the next example is chosen; `sayso chat --strategy` sets it, too."""
    apply_at: float = Field(0.75, ge=0, le=1)
    """Readings at least this confident apply at once; others wait for a confirmation."""
    learn_after: int = Field(1, ge=0)
    """New critiques until a training starts by itself; 0: only when asked."""
    replay: int = Field(64, ge=0)
    """Earlier feedback that a training rehearses: a bound, so that a turn never gets slower."""
    hold: bool = True
    """Where several people give feedback, that of somebody whom a measure names waits until it was looked at."""
    rehearse: str = "uniform"
    """Which earlier feedback that is: `uniform`, `shaky`, `near`, or yours."""
    pool_sample: int = Field(256, ge=1)
    """Unlabelled examples looked at when choosing the next one or applying rules."""
    ask_per_day: int = Field(10, ge=0)
    """Questions that a person is asked a day, at most, while they do their own work; 0: none."""
    ask_share: float = Field(0.2, ge=0, le=1)
    """Of the inputs of their own work, so many may come with a question, at most."""
    ask_quiet: str = ""
    """Hours in which nobody is asked anything, as in 18:00-09:00, by this machine's clock; empty: none."""
    ask_minute: float = Field(0.2, ge=0)
    """Examples that an answer has to set right for each minute that it takes a person."""
    implicit: bool = True
    """Keep what people do with answers without saying anything (copy, edit, regenerate, time spent, abandon), apart
    from feedback; false: nothing of it is kept, sent by the page, or used."""
    implicit_weight: float = Field(0, ge=0, le=1)
    """How much a training takes an answer that was copied, or edited into another, for a label; 0: not at all."""
    seed: int = Field(0, ge=0)
    max_upload_mb: float = Field(5, gt=0)
    turns_per_minute: int = Field(60, gt=0)
    """How many messages one person may send a minute on a shared page."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def folder(self) -> Path:
        """`home` as an absolute path."""
        return self.home.expanduser().absolute()

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.folder / 'sayso.db'}"


def settings(**over: Any) -> Settings:
    """The settings in force; keyword arguments that are not None win over everything else.

    Raises:
        UserError: a key is unknown or a value is out of range.
    """
    try:
        return Settings(**{key: value for key, value in over.items() if value is not None})
    except ValidationError as wrong:
        first = wrong.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        known = ", ".join(sorted(Settings.model_fields))
        if first["type"] == "extra_forbidden":
            raise UserError(f"The setting {key!r} is unknown", f"the settings are: {known}") from wrong
        raise UserError(f"The setting {key} = {first['input']!r} can't be used", first["msg"]) from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise UserError("sayso.toml is not valid TOML", str(wrong), "mend the file or remove it") from wrong
