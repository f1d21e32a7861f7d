"""``issue --from FILE``: one key for each row, however often it is stopped.

A row's key is put on the disk (``--keys-to``) or printed; then that is confirmed, and
only then is the row noted as done. If killed before that, the row is issued again under
the same request token: within 15 minutes it gets another key, and the one that nobody
has is void. Later the function refuses, and the key that nobody has must be revoked. In
the other order a row noted as done might never be confirmed.
"""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TYPE_CHECKING, Any

from apikeys_cli.batch.pace import Pace
from apikeys_cli.delivery import confirm_handover
from apikeys_cli.errors import RefusedByFunctionError
from apikeys_cli.terminal.formats import compact, csv_cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys_cli.admin_function import AdminFunction
    from apikeys_cli.batch.issue_rows import Row
    from apikeys_cli.batch.journal import Journal
    from apikeys_cli.batch.report import Report
    from apikeys_cli.terminal.key_file import KeyList

_KEPT = ("keyId", "client", "name", "expirationDate", "key")


class Batch:
    """Issues keys for the rows of a file."""

    def __init__(
        self,
        function: AdminFunction,
        journal: Journal,
        report: Report,
        keys: KeyList | None,
        *,
        csv_keys: bool,
    ) -> None:
        self._function = function
        self._journal = journal
        self._report = report
        self._keys = keys
        self._csv_keys = csv_keys
        self._pace = Pace()
        self.refused = 0

    def carry_out(self, row: Row) -> None:
        """Issue a row's key, hand it over, confirm, and only then note it as done."""
        if self._journal.is_done(row):
            self._report.add(row, "done before", keyId=self._journal.key_id(row))
            return
        try:
            answer = self._issued(row)
        except RefusedByFunctionError as refused:
            self.refused += 1
            self._report.add(row, "refused", error=self._advice(row, refused))
            return
        key_id = answer["record"]["keyId"]
        if self._keys is None:
            self._report.add(row, "issued", keyId=key_id, key=answer["key"])
        else:
            self._keep(self._keys, answer["record"] | {"key": answer["key"]})
            self._report.add(row, "issued", keyId=key_id)
        confirm_handover(self._function, answer["record"])
        self._journal.finish(row)

    def _issued(self, row: Row) -> dict[str, Any]:
        begun_at = self._journal.begin(row)
        try:
            return self._invoked(row, begun_at)
        except RefusedByFunctionError as refused:
            if refused.code != "key_revoked":
                raise
        self._journal.begin_anew(row)
        return self._invoked(row, self._journal.begin(row))

    def _invoked(self, row: Row, begun_at: int) -> dict[str, Any]:
        token = self._journal.request_token(row)
        request = row.request(begun_at) | {"requestToken": token}
        with self._pace.kept(request):
            issue = partial(self._function.invoke, "issue", awaitConfirmation=True)
            return self._pace.patiently(partial(issue, **request))

    def _keep(self, keys: KeyList, kept: Mapping[str, Any]) -> None:
        if not self._csv_keys:
            keys.add(compact({field: kept.get(field) for field in _KEPT}))
            return
        if keys.is_empty:
            keys.add(",".join(_KEPT))
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(csv_cells(kept, _KEPT))
        keys.add(line.getvalue())

    def _advice(self, row: Row, refused: RefusedByFunctionError) -> str:
        if refused.code != "request_token_used":
            return refused.message
        key_id = self._journal.key_id(row)
        return (
            f"{key_id} was issued for this row, but the run was stopped before the key "
            "was handed over, and that is too long ago to repeat it: nobody has the "
            f"key. Run: apikeys revoke {key_id} --yes, and this command again"
        )
