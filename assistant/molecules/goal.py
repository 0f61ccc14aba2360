"""What a chemist wants of molecules, by all that they said: the goal of the task `molecule`.

    goal = goal_of(feedback, start)                 start: an Objective, from a profile, a REINVENT file, or drug-like
    goal.score(["CCO", "c1ccccc1[N+](=O)[O-]"])     ->  [0.31, 0.0]          "no nitro groups" was said
    goal.explain("CCCCCCCCc1ccccc1")                ->  logP 5.1 (-0.8), rotatable bonds 7 (-0.3)

worth = (belief^w_b x parts^w_i) x soft wishes x liking, 0 where a hard limit is broken. The belief is the posterior
over windows and weights of the properties in play (`belief`); the parts are those of the start that are no property (a
model fitted to own assay data, say). Each of them is a weighted geometric mean, as in `objective`. The liking is for
patterns of atoms, which no property explains (`liking`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UserError
from assistant.molecules import _worth, files, reinvent
from assistant.molecules.belief import Belief
from assistant.molecules.chem import Molecules, canonical, clean, scaffold
from assistant.molecules.components._table import PROPERTIES
from assistant.molecules.components.similarity import fingerprints
from assistant.molecules.curves import Curve, curves
from assistant.molecules.desirability import window
from assistant.molecules.liking import Liking, learned
from assistant.molecules.limits import met
from assistant.molecules.objective import Objective, Part
from assistant.molecules.propose import batch
from assistant.molecules.values import raw_values
from assistant.molecules.wishes import Wishes, mentioned, wishes
from assistant.tasks import Lesson, More
from assistant.types import Example, Feedback, Highlight, Label, Output, Preference

if TYPE_CHECKING:
    from adapters.signals import Material

__all__ = ["DRUG_LIKE", "MoleculeGoal", "goal_of"]

Array: TypeAlias = NDArray[np.float64]
DRUG_LIKE = ("mw", "logp", "tpsa", "hbd", "hba", "rotatable_bonds", "aromatic_rings")
"""The properties in play where nothing else is wanted from the start."""
ROUNDS, EACH = 6, 64
"""How often more molecules are asked for until enough obey, and how many at least."""
PATIENT = 2
"""After so many rounds as many as are shown are enough; before, twice as many, so that there is a choice."""
COMMON, MOST_PLACES, WAYS = 0.25, 3, 4
"""Of a scaffold one place is opened where a smaller share obeys, else up to three; a training opens it in four ways."""
MEMORY = 25
"""Of molecules with the same scaffold so many get their full score in a training (Blaschke et al. 2020)."""


@dataclass
class MoleculeGoal:
    """See the module; made by `goal_of`. `own`: molecules of the chemist's, shown among those that are made."""

    wishes: Wishes
    belief: Belief
    names: tuple[str, ...]
    parts: tuple[Part, ...]
    own: Sequence[str] = ()
    liking: Liking | None = None
    good: tuple[str, ...] = ()
    """Molecules that were called good, or better than another."""
    found: list[str] = field(default_factory=list)
    formats: tuple[str, ...] = files.ENDINGS

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.wishes.notes, *self.found)

    # --- what a molecule is worth ------------------------------------------------------------------------

    def score(self, values: Sequence[Any], inputs: Sequence[Any] = ()) -> Array:
        """(N,) in [0, 1]: 0 where a hard limit is broken, NaN where it can't be told or is no molecule."""
        mols = _worth.read(values)
        return np.asarray(self._soft_score(mols) * self.obeys(mols))

    def obeys(self, mols: Molecules) -> Array:
        """(N,) 1 or 0; NaN where a limit can't be computed."""
        if not self.wishes.limits:
            return np.array([np.nan if mol is None else 1.0 for mol in mols])
        limits = self.wishes.limits
        raw = raw_values([limit.spec for limit in limits], mols, 1)
        beyond = np.stack([limit.beyond(raw[:, i]) for i, limit in enumerate(limits)], axis=1)
        return np.asarray(np.where(np.isnan(beyond).any(axis=1), np.nan, (beyond == 0).all(axis=1)))

    def _soft_score(self, mols: Molecules) -> Array:
        weight = float(np.exp(self.belief.mode.reshape(-1, 5)[:, 4]).sum()) if self.names else 0.0
        logs = (
            weight * np.log(np.maximum(self.belief.score(_worth.properties(self.names, mols)), 1e-300))
            if weight
            else 0.0
        )
        for part in self.parts:
            with np.errstate(divide="ignore"):
                logs = logs + part.weight * np.log(part.desirability(raw_values([part.spec], mols, 1)[:, 0]))
            weight += part.weight
        worth = np.exp(logs / weight) if weight else np.ones(len(mols))
        for wish in self.wishes.soft:
            worth = worth * _worth.kept(wish, mols)
        return np.asarray(worth * self.liking(mols) if self.liking else worth)

    def pulls(self, smiles: str) -> list[tuple[str, float, float]]:
        """What raised or lowered the worth: (what, log of its desirability times its share, in nats, desirability)."""
        mols = _worth.read([smiles])
        found = [(f"breaks “{limit.said}”", -9.0, 0.0) for limit in self._broken(mols)]
        for name, loss, share, value in zip(self.names, *self._losses(mols), strict=True):
            known = PROPERTIES[name]
            title = known.title if len(known.title) < 24 else name
            said = f"{title} {_worth.short(value, known.whole)} {known.unit}".strip()
            found.append((said, -share * loss, float(np.exp(-loss))))
        found += [(_worth.said(wish), float(np.log(_worth.kept(wish, mols)[0])), 0.5) for wish in self.wishes.soft]
        if self.liking and (liked := float(self.liking(mols)[0])) > 0:
            found.append(("patterns that you like", float(np.log(liked)), liked))
        return sorted((one for one in found if np.isfinite(one[1])), key=lambda one: one[1])

    def _losses(self, mols: Molecules) -> tuple[Array, Array, Array]:
        """(P,) losses in nats at full weight, (P,) shares of the weights, (P,) raw values."""
        x = _worth.properties(self.names, mols)
        weights = np.exp(self.belief.mode.reshape(-1, 5)[:, 4])
        shares = weights / weights.sum()
        return self.belief.losses(self.belief.mode[None], x)[0, 0].sum(axis=1) / shares, shares, x[0]

    def _broken(self, mols: Molecules) -> list[Any]:
        return [one for one in self.wishes.limits if one.beyond(raw_values([one.spec], mols, 1)[:, 0])[0] > 0]

    def explain(self, value: Any, input: Any = None) -> tuple[Highlight, ...]:
        pulls = self.pulls(str(value))
        bad = [(what, max(-1.0, pull)) for what, pull, good in pulls if good < 0.6][:3]
        good = [(what, good) for what, _, good in reversed(pulls) if good >= 0.6][:2]
        return tuple(Highlight(text=what, start=0, end=0, weight=weight) for what, weight in (*bad, *good))

    # --- what is shown -----------------------------------------------------------------------------------

    def choose(
        self,
        example: Example,
        outputs: list[Output],
        count: int,
        more: More,
        rng: np.random.Generator,
        shown: Collection[Any] = (),
    ) -> tuple[list[Output], str]:
        """See `Goal`; `propose` says which of those that obey."""
        given = [Output(value=smiles, example_id=example.id, adapter="given") for smiles in dict.fromkeys(self.own)]
        pool = {output.value: output for output in (*outputs, *given) if output.value not in shown}
        obeying = self._obeying(pool.values())
        tried = list(pool)
        for turn in range(ROUNDS):
            if len(obeying) >= (2 * count if turn < PATIENT else count):
                break
            places = 1 if len(obeying) < COMMON * len(tried) else MOST_PLACES
            opened = self._opened(places, random.Random(int(rng.integers(2**31))))
            asked = more(max(EACH, 2 * count), opened[0])
            new = {output.value: output for output in asked if output.value not in pool and output.value not in shown}
            pool.update(new)
            tried += new
            obeying += self._obeying(new.values())
        self.found = self._too_few(len(obeying), count, tried)
        if not obeying:
            return [], "nothing that was made obeys all that must hold"
        mols = _worth.read([output.value for output in obeying])
        x = _worth.properties(self.names, mols)
        chosen = batch(self.belief, x, fingerprints(mols), self._soft_score(mols), count, rng)
        rules = tuple(dict.fromkeys(limit.source for limit in self.wishes.limits if limit.source))
        return [obeying[i].model_copy(update={"rules": rules}) for i in chosen.indices], chosen.why(self.names)

    def _obeying(self, outputs: Iterable[Output]) -> list[Output]:
        some = list(outputs)
        mols = _worth.read([output.value for output in some])
        return [output for output, ok in zip(some, self.obeys(mols), strict=True) if ok == 1]

    def _too_few(self, obeying: int, count: int, tried: Sequence[str]) -> list[str]:
        if obeying >= count or not self.wishes.limits or not tried:
            return []
        said = met(self.wishes.limits, _worth.read(tried)).said
        return [f"Only {obeying} of {len(tried)} obey all that must hold. {said}."]

    def stays(self, output: Output, example: Example) -> Output | None:
        return None if self.score([output.value])[0] == 0 else output

    def asks(self, example: Example) -> Any:
        return self.inputs()[0]

    def inputs(self, judging: bool = False) -> Sequence[Any]:
        """Any molecule; where a scaffold must stay, molecules that grow from it.

        Beside other limits fewer places are opened: what grows at three is seldom small, and takes thrice as long.
        """
        alone = all(limit.name == "scaffold" for limit in self.wishes.limits)
        return self._opened(MOST_PLACES if alone else 1, random.Random())

    def _opened(self, most: int, state: random.Random) -> Sequence[str]:
        """The newest scaffold that must stay, in some ways with at most so many places opened, chosen at random."""
        if not self.wishes.scaffolds:
            return [""]
        from adapters.models._smiles_grow import places

        return [places(self.wishes.scaffolds[-1], state, most) for _ in range(WAYS)]

    # --- what is learned ---------------------------------------------------------------------------------

    def material(self, lesson: Lesson) -> Material:
        """Molecules of its own, by what they are worth, with the best known ones rehearsed."""
        from adapters.signals import Material, Reward

        values = list(dict.fromkeys([*self.good, *(value for _, value in lesson.made if value is not None)]))
        scores = self.score(values) if values else np.zeros(0)
        best = sorted(zip(values, scores.tolist(), strict=True), key=lambda pair: -np.nan_to_num(pair[1]))
        inputs, rewarded = self.inputs(), self.reward()
        known = [(inputs[0], value, score) for value, score in best]
        return Material(reward=Reward(lambda found: rewarded(found).tolist(), inputs, known=known, watch=lesson.watch))

    def reward(self) -> Callable[[Sequence[Any]], Array]:
        """`score` for one training: of molecules with the same scaffold only the first are worth something."""
        seen: dict[str, int] = {}

        def scores(values: Sequence[Any]) -> Array:
            found = self.score(values)
            for at, mol in enumerate(_worth.read(values)):
                if mol is not None and found[at] > 0:
                    core = scaffold(mol) or canonical(mol)
                    seen[core] = seen.get(core, 0) + 1
                    found[at] *= 1.0 if seen[core] <= MEMORY else 0.0
            return found

        return scores

    def spread(self, values: Sequence[Any]) -> dict[str, float]:
        return {"diversity": _worth.diversity(fingerprints(_worth.read(values[:128])))}

    def measures(self, values: Sequence[Any], inputs: Sequence[Any] = ()) -> dict[str, float]:
        return _worth.figures(values, self.score)

    # --- what is believed --------------------------------------------------------------------------------

    @cached_property
    def curves(self) -> tuple[Curve, ...]:
        """Of every property in play, those that weigh most first."""
        return curves(self.belief, self.names)

    def view(self) -> str:
        from assistant.molecules.drawing import curve_svg

        drawn = "".join(
            f"<li><figure>{curve_svg(c.x, c.mean, c.low, c.high, title=c.title, unit=c.unit)}"
            f"<figcaption>{escape(c.title)}: weight {100 * c.weight:.0f} %</figcaption></figure></li>"
            for c in self.curves
        )
        must = "".join(f"<li>{escape(limit.said)}</li>" for limit in self.wishes.limits)
        share = 100 * self.liking.weight if self.liking else 0
        rather = "".join(f"<li>{escape(_worth.said(wish))}</li>" for wish in self.wishes.soft)
        return (
            f'<h3>What I believe you want</h3><ul class="mol-curves">{drawn}</ul>'
            + (f"<h3>What must hold</h3><ul>{must}</ul>" if must else "")
            + (f"<h3>What you would rather have</h3><ul>{rather}</ul>" if rather else "")
            + (f"<p>Patterns like those you called good count, too ({share:.0f} %).</p>" if share else "")
        )

    # --- for other tools ---------------------------------------------------------------------------------

    def objective(self) -> Objective:
        """The most probable windows and weights, and the limits, as an objective."""
        made = []
        for curve in self.curves:
            known = PROPERTIES[curve.name]
            low, high = (end if known.low < end < known.high else None for end in curve.ends)
            if low is not None or high is not None:
                soft = (known.high - known.low) / 10
                made.append(Part("properties", {"name": curve.name}, window(low, high, soft), round(curve.weight, 4)))
        return Objective((*made, *self.parts), self.wishes.limits)

    def save(self, path: Path) -> str:
        """Write the scoring function as REINVENT 4's TOML; what that has no words for, in a sentence."""
        if path.suffix.lower() != ".toml":
            raise UserError(f"The file {path.name!r} ends in {path.suffix!r}", "a scoring function is a .toml")
        written = reinvent.write(self.objective())
        path.write_text(written.text, encoding="utf-8")
        soft = [f"the wish “{_worth.said(wish)}” is left out" for wish in self.wishes.soft]
        return "; ".join([*written.notes, *soft])

    def write(self, values: Sequence[Any], path: Path) -> None:
        """Molecules with their worth and properties, as .smi, .csv or .sdf."""
        mols = [clean(value) for value in values]
        table = _worth.properties(self.names, Molecules(mols))
        beside = [
            {"score": f"{score:.4f}", **{name: f"{x:.6g}" for name, x in zip(self.names, row, strict=True)}}
            for score, row in zip(self.score(values), table, strict=True)
        ]
        files.save(path, mols, beside)


def goal_of(feedback: Sequence[Feedback], start: Objective | None = None, own: Sequence[str] = ()) -> MoleculeGoal:
    """The goal by this feedback, oldest first.

    Args:
        start: what is wanted before anything was said; None: drug-like properties with wide windows.
        own: SMILES that are shown among those that are made.
    """
    parts = start.parts if start is not None else ()
    windows = {str(part.options["name"]): part for part in parts if _worth.is_window(part)}
    names = tuple(dict.fromkeys((*(windows or DRUG_LIKE), *mentioned(feedback))))
    memory: dict[str, Array | None] = {}

    def values(smiles: str) -> Array | None:
        if smiles not in memory:
            row = _worth.properties(names, _worth.read([smiles]))[0]
            memory[smiles] = row if np.isfinite(row).all() else None
        return memory[smiles]

    asked = wishes(feedback, names, values)
    if start is not None and start.limits:
        asked = Wishes((*start.limits, *asked.limits), asked.soft, asked.said, asked.scaffolds, asked.notes)
    belief = _worth.prior(names, windows).hear(*asked.said) if asked.said else _worth.prior(names, windows)
    others = tuple(part for part in parts if not _worth.is_window(part))
    return MoleculeGoal(asked, belief, names, others, tuple(own), learned(feedback), _good(feedback))


def _good(feedback: Sequence[Feedback]) -> tuple[str, ...]:
    good = [one.value for one in feedback if isinstance(one, Label) and one.op == "is"]
    return (*good, *(one.chosen for one in feedback if isinstance(one, Preference)))
