"""What the actions work with, built once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from admin.rules.deliveries import Deliveries
from admin.rules.drafts import Drafts
from admin.rules.grants import Grants
from admin.rules.lifetimes import Lifetimes
from admin.rules.minting import Minting
from admin.rules.permissions import Permissions
from admin.rules.possession import Possession
from admin.rules.revocations import Revocations
from admin.rules.rotations import Rotations
from admin.stores.decisions import Decisions
from admin.stores.dynamodb import RecordTable
from admin.stores.event_bus import EventBus
from admin.stores.gateway_keys import GatewayKeys
from admin.stores.last_uses import LastUses
from admin.stores.ontopop import OntoPop
from admin.stores.records import Records
from admin.stores.role_map import StoredRoleMap
from admin.stores.rotation_chain import RotationChain
from admin.stores.secrets_manager import SecretStore
from admin.stores.signing_secret import SigningSecret
from admin.stores.stage_caches import StageCaches
from admin.stores.tombstones import Tombstones
from admin.stores.topic import Topic
from admin.stores.usage_plans import UsagePlans

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.settings import Settings
    from admin.stores.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment's stored secrets and rules, each by name."""

    settings: Settings
    clock: Callable[[], float]
    decisions: Decisions
    deliveries: Deliveries
    drafts: Drafts
    event_bus: EventBus | None
    gateway_keys: GatewayKeys
    grants: Grants
    last_uses: LastUses | None
    lifetimes: Lifetimes
    minting: Minting
    permissions: Permissions
    possession: Possession
    tombstones: Tombstones
    ontopop: OntoPop
    records: Records
    revocations: Revocations
    role_map: StoredRoleMap
    rotations: Rotations
    signing_secret: SigningSecret
    stage_caches: StageCaches
    store: Engine
    topic: Topic | None

    @classmethod
    def build(
        cls,
        settings: Settings,
        client: Callable[[str], Any],  # boto3 makes its classes at run time
        clock: Callable[[], float],
    ) -> Self:
        """Build a deployment.

        Args:
            settings: the environment's.
            client: makes the boto3 client of a service.
            clock: returns the seconds since 1970, UTC.
        """
        secrets = SecretStore(client("secretsmanager"), settings.kms_key_id)
        store: Engine = secrets
        if settings.record_table is not None:
            store = RecordTable(client("dynamodb"), settings.record_table, clock)
        gateway = client("apigateway")
        ttl = settings.own_ttl_seconds
        prefix = settings.secret_name_prefix
        signing_secret = SigningSecret(settings.signing_secret, secrets, ttl, clock)
        lifetimes = Lifetimes(
            settings.default_lifetime_days, settings.max_lifetime_days
        )
        role_map = StoredRoleMap(settings.roles_secret, secrets)
        grants = Grants.of(settings, role_map.opens_without_role)
        records = Records(prefix, settings.login_name_prefix, store)
        tombstones = Tombstones(store)
        gateway_keys = GatewayKeys(
            records,
            tombstones,
            RotationChain(records, tombstones),
            UsagePlans(gateway, settings.stack_name),
        )
        # Clients read their keys from secrets, wherever the records are.
        possession = Possession(settings, signing_secret, records)
        deliveries = Deliveries(
            settings.delivery_prefix, secrets, records, possession, grants
        )
        revocations = Revocations(records, tombstones, gateway_keys, clock)
        return cls(
            settings=settings,
            clock=clock,
            decisions=Decisions(client("logs"), settings.authorizer_log_group),
            deliveries=deliveries,
            drafts=Drafts(settings.default_issuer, grants, lifetimes, role_map),
            event_bus=(
                EventBus(client("events"), settings.event_bus_name)
                if settings.event_bus_name
                else None
            ),
            gateway_keys=gateway_keys,
            grants=grants,
            last_uses=(
                LastUses(client("dynamodb"), settings.last_use_table)
                if settings.last_use_table
                else None
            ),
            lifetimes=lifetimes,
            minting=Minting(settings, signing_secret),
            permissions=Permissions(
                settings.admin_actions, grants_every_role=grants.is_unlimited
            ),
            possession=possession,
            tombstones=tombstones,
            ontopop=OntoPop(prefix, store, signing_secret),
            records=records,
            revocations=revocations,
            role_map=role_map,
            rotations=Rotations(records, deliveries, revocations),
            signing_secret=signing_secret,
            stage_caches=StageCaches(
                settings.flush_stages, gateway, client("apigatewayv2")
            ),
            store=store,
            topic=(
                Topic(client("sns"), settings.alarm_topic_arn)
                if settings.alarm_topic_arn
                else None
            ),
        )
