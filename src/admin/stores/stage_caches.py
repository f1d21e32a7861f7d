"""The gateway's caches of authorizer answers, flushed stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError
from admin.stores import availability

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client


class StageCaches:
    """The caches of the stages in ``FlushStages``, which is ``apiId/stage,…``."""

    def __init__(
        self, stages: str, rest: APIGatewayClient, http: ApiGatewayV2Client
    ) -> None:
        """Read the stages.

        Raises:
            ValueError: not ``apiId/stage``, separated by commas.
        """
        pairs = [stage.partition("/") for stage in stages.split(",") if stages]
        if not all(api and stage for api, _, stage in pairs):
            raise ValueError("FLUSH_STAGES is not apiId/stage,…")
        self._stages = [(api, stage) for api, _, stage in pairs]
        self._rest = rest
        self._http = http

    def flush(self) -> list[str]:
        """Flush all, and return the stages whose flush API Gateway accepted.

        Raises:
            RefusedError: 404, a stage does not exist; 503, API Gateway does not do it;
                the ones before it were flushed.
        """
        flushed: list[str] = []
        for api, stage in self._stages:
            self._flush(api, stage, flushed)
            flushed.append(f"{api}/{stage}")
        return flushed

    def _flush(self, api: str, stage: str, flushed: list[str]) -> None:
        not_rest = self._rest.exceptions.NotFoundException
        not_http = self._http.exceptions.NotFoundException
        try:
            with availability.gateway(not_rest):
                self._rest.flush_stage_authorizers_cache(restApiId=api, stageName=stage)
        except not_rest:
            # REST and HTTP APIs have ids of the same shape but different actions.
            try:
                with availability.gateway(not_http):
                    self._http.reset_authorizers_cache(ApiId=api, StageName=stage)
            except not_http as error:
                message = f"FlushStages names {api}/{stage}, which does not exist; "
                message += f"flushed: {', '.join(flushed) or 'none'}"
                raise RefusedError(Code.STAGE_NOT_FOUND, message) from error
