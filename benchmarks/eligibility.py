"""Before anything is timed: does a contender tell a good key from a bad one?"""

from benchmarks.answer import ALLOW, DENY, UNAUTHORIZED, meaning
from benchmarks.contender import Contender
from benchmarks.measurement import Results
from benchmarks.population import forged, key, wrong
from benchmarks.process import EndedError, running_warm
from benchmarks.setup import Setup


def judge(setup: Setup, results: Results) -> Setup:
    """Note all contenders' answers; leave out those that refuse a good key."""
    for contender in setup.contenders:
        results.answers[contender.name] = _answers(setup, contender)
    able = tuple(
        contender
        for contender in setup.contenders
        if results.answers[contender.name]["good"] == ALLOW
    )
    return setup._replace(contenders=able)


def _answers(setup: Setup, contender: Contender) -> dict[str, str]:
    texts = {
        "good": key(0).text,
        "wrong": wrong(0),
        "forged": forged(0),
        "malformed": "ABCDEFGHIJ",
    }
    try:
        with running_warm(contender, setup.folder) as process:
            return {
                name: meaning(process.run([contender.event(text)]).answer)
                for name, text in texts.items()
            }
    except EndedError as error:
        return dict.fromkeys(texts, str(error))


def verdict(answers: dict[str, str]) -> str:
    """Return whether the answers are right, or which one is not."""
    if set(answers.values()) == {ALLOW}:
        return "allows everybody"
    if answers["good"] != ALLOW:
        return f"cannot compete: a good key gets {answers['good']}"
    wrongly = {
        f"{name} key: {answer}"
        for name, answer in answers.items()
        if name != "good" and answer not in (UNAUTHORIZED, DENY)
    }
    return "; ".join(sorted(wrongly)) or "right"
