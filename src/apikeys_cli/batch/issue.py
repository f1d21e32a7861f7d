"""``issue --from FILE``: one key for each row, however often it is stopped.

A row's key is put on the disk (``--keys-to``) or printed; then that is confirmed, and
only then is the row noted as done. In the other order a row noted as done might never
be confirmed. If killed before that, a row whose key is in the file needs none; any
other is issued again under the same request token: within 15 minutes it gets another
key, and the one that nobody has is void. Later the function refuses, and the key that
nobody has must be revoked.
"""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from apikeys_cli.batch.pace import Pace
from apikeys_cli.batch.pipeline import PARALLEL, in_order
from apikeys_cli.delivery import confirm_handover
from apikeys_cli.errors import RefusedByFunctionError
from apikeys_cli.terminal.formats import compact, csv_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from apikeys_cli.admin_function import AdminFunction
    from apikeys_cli.batch.issue_rows import Row
    from apikeys_cli.batch.journal import Journal
    from apikeys_cli.batch.report import Report
    from apikeys_cli.terminal.key_file import KeyList

_ISSUED, _REFUSED = "issued", "refused"
_KEPT = ("keyId", "client", "name", "expirationDate", "key")


class _Outcome(NamedTuple):
    """What became of a row.

    Attributes:
        status: as the report says it.
        key_id: of its key; of one that is refused, that it would have got.
        answer: the function's, where a key was issued just now.
        error: why it was refused.
    """

    status: str
    key_id: str
    answer: dict[str, Any] | None = None
    error: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the key is handed over now."""
        return self.status == _ISSUED


class Batch:
    """Issues keys for the rows of a file, a few at a time.

    Attributes:
        done: how many rows are done, including those of earlier runs.
        refused: how many rows the function refused.
    """

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
        # An earlier run was stopped between handing them over and noting that.
        self._held = keys.held(journal.begun_for(keys.path)) if keys else set()
        self.done = 0
        self.refused = 0

    def carry_out(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield each row once it is done or refused.

        A key is handed over and confirmed; only then its row is noted as done.
        """
        pool = ThreadPoolExecutor(PARALLEL)
        try:
            judged = in_order(pool, self._outcome, rows)
            reported = ((row, self._hand_over(row, outcome)) for row, outcome in judged)
            for (row, outcome), _ in in_order(pool, self._confirm, reported):
                if outcome.is_new:
                    self._journal.finish(row)
                self.refused += outcome.status == _REFUSED
                self.done += outcome.status != _REFUSED
                yield row
        finally:
            pool.shutdown(cancel_futures=True)

    def _outcome(self, row: Row) -> _Outcome:
        key_id = self._journal.key_id(row)
        if self._journal.is_done(row):
            return _Outcome("done before", key_id)
        if key_id in self._held:
            return _Outcome(_ISSUED, key_id)
        try:
            answer = self._issued(row)
        except RefusedByFunctionError as refused:
            error = self._advice(row, refused)
            return _Outcome(_REFUSED, key_id, error=error)
        return _Outcome(_ISSUED, answer["record"]["keyId"], answer)

    def _issued(self, row: Row) -> dict[str, Any]:
        keys_to = self._keys.path if self._keys else None
        begun_at = self._journal.begin(row, keys_to)
        try:
            return self._invoked(row, begun_at)
        except RefusedByFunctionError as refused:
            if refused.code != "key_revoked":
                raise
        return self._invoked(row, self._journal.begin_anew(row))

    def _invoked(self, row: Row, begun_at: int) -> dict[str, Any]:
        token = self._journal.request_token(row)
        request = row.request(begun_at) | {"requestToken": token}
        with self._pace.turn(request):
            issue = partial(self._function.invoke, "issue", awaitConfirmation=True)
            return self._pace.retried(partial(issue, **request))

    def _hand_over(self, row: Row, outcome: _Outcome) -> _Outcome:
        """Hand the key over, if there is one, and report the row."""
        found = {"keyId": outcome.key_id}
        if outcome.status == _REFUSED:
            found = {"error": outcome.error}
        elif outcome.answer is not None and self._keys is None:
            found["key"] = outcome.answer["key"]
        elif outcome.answer is not None and self._keys is not None:
            record = outcome.answer["record"]
            self._keep(self._keys, record | {"key": outcome.answer["key"]})
        self._report.add(row, outcome.status, **found)
        return outcome

    def _confirm(self, reported: tuple[Row, _Outcome]) -> None:
        _, outcome = reported
        if outcome.is_new:
            confirm_handover(self._function, {"keyId": outcome.key_id})

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
