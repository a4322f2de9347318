"""Trains the fusion networks of models/icu-mortality from the feature table and writes network.json.

Usage: /usr/bin/python3 train.py TABLE.csv OUT_FOLDER [--members 8] [--only-cv]
TABLE.csv comes from tools/models/icu/prepare.ts (the one feature program). Rows whose part is `test` are never read into memory
here. Written: network.json (numbers of the shipped model) and training.json (cross-validation figures, calibration, conformal
thresholds, reference person). One thread, fixed seeds: the same table gives the same bytes on one machine.
Needs numpy, scipy, torch and xgboost (made with 1.24, 1.10, 1.13 and 1.7).
"""
import argparse
import base64
import csv
import hashlib
import json
import os
import sys
import time

import numpy as np
import torch
import xgboost
from scipy.stats import binom, rankdata

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

SEED = 20121
BINS = 4  # piecewise-linear bins per input, between quantiles of the training part
FOLDS = 5
MODALITIES = ["person", "vitals", "labs"]
LABELS = {"person": "Demographics", "vitals": "Vital signs", "labs": "Laboratory and ventilation"}
WIDTHS = {"person": 8, "vitals": 32, "labs": 32}
HIDDEN = 48
# Half of the members learn from what happened. `modality`: share of rows of a batch with one modality taken away.
FROM_OUTCOMES = {"epochs": 10, "batch": 128, "dropout": 0.5, "input_dropout": 0.3, "modality": 0.15}
# The other half learn what a gradient-boosted teacher (trained on the same stays) says of mixed stays.
FROM_TEACHER = {"epochs": 8, "batch": 256, "dropout": 0.1, "input_dropout": 0.0, "modality": 0.1}
TEACHER = {"max_depth": 4, "eta": 0.03, "subsample": 0.6, "colsample_bytree": 0.25, "min_child_weight": 5, "reg_lambda": 5,
           "objective": "binary:logistic", "tree_method": "hist", "nthread": 1}
TEACHER_ROUNDS = 350
TEACHERS = 2
MIXED = 4  # mixed stays per stay
SWAP = 0.15  # share of quantities that a mixed stay has from another one
RATE = 2e-3
DECAY = 1e-3
POINTS = 16  # Gauss-Legendre points of the integrated gradients
ALPHA = 0.1  # conformal: share of each class that may be missed
CONFIDENCE = 0.95  # that no more than ALPHA is missed by the limits found here
HERE = os.path.dirname(os.path.abspath(__file__))


def read_table(file):
    """Rows of the training parts only: columns, fold of each row, outcome, values (NaN: not measured)."""
    with open(file, newline="") as handle:
        reader = csv.reader(handle)
        head = next(reader)
        first = head.index("icu_type") + 1
        part, died = head.index("part"), head.index("outcome")
        rows = [row for row in reader if row[part] != "test"]
    folds = np.array([int(row[part][4:]) for row in rows])
    outcome = np.array([int(row[died]) for row in rows])
    values = np.array([[np.nan if cell == "" else float(cell) for cell in row[first:]] for row in rows])
    return head[first:], folds, outcome, values


def area(outcome, score):
    ranks = rankdata(score)
    deaths = outcome.sum()
    return float((ranks[outcome == 1].sum() - deaths * (deaths + 1) / 2) / (deaths * (len(outcome) - deaths)))


def tidy(number, digits=5):
    return float(f"{number:.{digits}g}")


class Encoding:
    """Values -> piecewise-linear bins (0 to 1 each), a bit that the input is present where that varies, and one bit per modality.

    Learnt on the training part: edges at quantiles, the mean of each bin (its value where the input is missing) and its spread.
    """

    def __init__(self, names, modality_of, values):
        self.parts = []
        for modality in MODALITIES:
            inputs = []
            for column, name in enumerate(names):
                if modality_of[name.split("_")[0]] != modality:
                    continue
                seen = values[:, column]
                seen = seen[~np.isnan(seen)]
                edges = sorted({tidy(q, 6) for q in np.quantile(seen, np.linspace(0.005, 0.995, BINS + 1))})
                if len(edges) > 1:
                    inputs.append((column, np.array(edges)))
            columns = [column for column, _ in inputs]
            present = ~np.isnan(values[:, columns])
            bits, known = [], set()
            for place, column in enumerate(columns):
                key = present[:, place].tobytes()
                if 0.005 < present[:, place].mean() < 0.995 and key not in known:
                    known.add(key)
                    bits.append(column)
            self.parts.append({"modality": modality, "inputs": inputs, "columns": columns, "bits": bits})
        for part in self.parts:
            bins = self._bins(part, values)
            part["mean"] = np.array([tidy(m) for m in np.nanmean(bins, 0)])
            part["spread"] = np.maximum(np.nanstd(bins, 0), 0.15)
        self.sizes = [len(part["mean"]) + len(part["bits"]) + 1 for part in self.parts]

    @staticmethod
    def _bins(part, values):
        out = []
        for column, edges in part["inputs"]:
            for low, high in zip(edges[:-1], edges[1:]):
                out.append(np.clip((values[:, column] - low) / (high - low), 0, 1))
        return np.stack(out, 1)

    def scaled(self, values):
        """Standardised rows as the nets are trained on: zero where missing, +-0.5 for bits."""
        out = []
        for part in self.parts:
            bins = (self._bins(part, values) - part["mean"]) / part["spread"]
            bits = ~np.isnan(values[:, part["bits"]]) - 0.5
            whole = (~np.isnan(values[:, part["columns"]])).any(1, keepdims=True) - 0.5
            out.append(np.concatenate([np.nan_to_num(bins), bits, whole], 1))
        return np.concatenate(out, 1).astype(np.float32)

    def absent(self):
        """What a modality without any value looks like."""
        return [np.concatenate([np.zeros(len(part["mean"])), -0.5 * np.ones(len(part["bits"]) + 1)]) for part in self.parts]

    def slices(self):
        ends = np.cumsum(self.sizes)
        return [slice(end - size, end) for end, size in zip(ends, self.sizes)]


class Members(torch.nn.Module):
    """Several networks side by side: an encoder per modality, a fusion layer, a head. Each has its own weights and batches."""

    def __init__(self, count, sizes):
        super().__init__()
        widths = [WIDTHS[m] for m in MODALITIES]

        def weight(*shape):
            return torch.nn.Parameter(torch.randn(*shape) / np.sqrt(shape[-2]))

        def bias(width):
            return torch.nn.Parameter(torch.zeros(count, 1, width))

        self.count = count
        self.encoders = torch.nn.ParameterList([weight(count, size, width) for size, width in zip(sizes, widths)])
        self.offsets = torch.nn.ParameterList([bias(width) for width in widths])
        self.fusion, self.fusion_offset = weight(count, sum(widths), HIDDEN), bias(HIDDEN)
        self.head = weight(count, HIDDEN, 1)
        self.head_offset = torch.nn.Parameter(torch.full((count, 1, 1), -1.8))

    def forward(self, parts, dropout=0.0, input_dropout=0.0):
        drop = torch.nn.functional.dropout
        silu = torch.nn.functional.silu
        coded = [
            drop(silu(torch.bmm(drop(part, input_dropout), weight) + offset), dropout)
            for part, weight, offset in zip(parts, self.encoders, self.offsets)
        ]
        fused = drop(silu(torch.bmm(torch.cat(coded, 2), self.fusion) + self.fusion_offset), dropout)
        return (torch.bmm(fused, self.head) + self.head_offset).squeeze(2)


def fit(encoding, rows, target, count, seed, how):
    torch.manual_seed(seed)
    members = Members(count, encoding.sizes)
    optimiser = torch.optim.AdamW(members.parameters(), lr=RATE, weight_decay=DECAY)
    data, target = torch.tensor(rows), torch.tensor(target, dtype=torch.float32)
    slices, absent = encoding.slices(), [torch.tensor(a, dtype=torch.float32) for a in encoding.absent()]
    batch_size, per_epoch = how["batch"], len(rows) // how["batch"]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=how["epochs"] * per_epoch, pct_start=0.15)
    for _ in range(how["epochs"]):
        order = torch.stack([torch.randperm(len(rows)) for _ in range(count)])
        for start in range(0, per_epoch * batch_size, batch_size):
            chosen = order[:, start : start + batch_size]
            batch = data[chosen]
            shape = (count, batch_size)
            gone = torch.where(torch.rand(shape) < how["modality"], torch.randint(0, 3, shape), torch.tensor(-1))
            parts = [torch.where((gone == m).unsqueeze(2), absent[m], batch[:, :, part]) for m, part in enumerate(slices)]
            given = members(parts, how["dropout"], how["input_dropout"])
            loss = torch.nn.functional.binary_cross_entropy_with_logits(given, target[chosen], reduction="none")
            optimiser.zero_grad()
            loss.mean(1).sum().backward()
            optimiser.step()
            schedule.step()
    return members


def mixed(names, values, seed):
    """Stays that nobody had: each has some of its quantities (all inputs of them) from another stay."""
    random = np.random.default_rng(seed)
    quantity = np.array([name.split("_")[0] for name in names])
    copies = []
    for _ in range(MIXED):
        own, other = values.copy(), values[random.permutation(len(values))]
        for one in dict.fromkeys(quantity):
            swapped = random.random(len(values)) < SWAP
            columns = np.where(quantity == one)[0]
            own[np.ix_(swapped, columns)] = other[np.ix_(swapped, columns)]
        copies.append(own)
    return np.concatenate(copies)


def teach(names, values, outcome, seed):
    """Mixed stays, and the mean chance of death that the teachers give them."""
    matrix = xgboost.DMatrix(values, outcome)
    teachers = [xgboost.train({**TEACHER, "seed": seed + n}, matrix, TEACHER_ROUNDS) for n in range(TEACHERS)]
    rows = mixed(names, values, seed)
    return rows, np.mean([teacher.predict(xgboost.DMatrix(rows)) for teacher in teachers], 0)


def fit_all(names, encoding, values, outcome, count, seed):
    """Half of the members from outcomes, half from the teacher."""
    rows, chance = teach(names, values, outcome, seed)
    from_outcomes = fit(encoding, encoding.scaled(values), outcome, count - count // 2, seed, FROM_OUTCOMES)
    from_teacher = fit(encoding, encoding.scaled(rows), chance, count // 2, seed, FROM_TEACHER)
    together = Members(count, encoding.sizes)
    with torch.no_grad():
        pairs = zip(together.parameters(), from_outcomes.parameters(), from_teacher.parameters())
        for whole, first, second in pairs:
            whole.copy_(torch.cat([first, second]))
    return together


def score(members, encoding, rows, without=None):
    """Log-odds per member and row; `without`: number of the modality that is taken away."""
    with torch.no_grad():
        parts = [torch.tensor(rows[:, part]) for part in encoding.slices()]
        if without is not None:
            parts[without] = torch.tensor(encoding.absent()[without], dtype=torch.float32).expand(len(rows), -1)
        return members([part.expand(members.count, *part.shape) for part in parts]).numpy()


def platt(outcome, raw):
    """Slope and intercept of a logistic regression of the outcome on the mean log-odds (Newton's method)."""
    design = np.stack([raw, np.ones(len(raw))], 1)
    beta = np.array([1.0, 0.0])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-design @ beta))
        step = np.linalg.solve((design * (chance * (1 - chance))[:, None]).T @ design, design.T @ (outcome - chance))
        beta = beta + step
    return tidy(beta[0], 6), tidy(beta[1], 6)


def packed(array):
    """Half-precision numbers, little-endian, base64: what ships is exactly what is measured."""
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f2").tobytes()).decode()


def exported(members, encoding, names, slope, intercept):
    """Numbers of the shipped model: the scaling of the inputs is put into the first layer."""
    modalities = []
    for part in encoding.parts:
        mean, inputs = list(part["mean"]), []
        for column, edges in part["inputs"]:
            inputs.append({"input": names[column], "edges": list(edges), "mean": [mean.pop(0) for _ in edges[1:]]})
        modality = part["modality"]
        modalities.append({"id": modality, "label": LABELS[modality], "inputs": inputs, "present": [names[c] for c in part["bits"]]})
    nets = []
    for n in range(members.count):
        coders = []
        for part, weight, offset in zip(encoding.parts, members.encoders, members.offsets):
            w = weight[n].detach().numpy().astype(np.float64)
            bins = len(part["mean"])
            # A whole number of half-precision steps before the offsets are made from it, so that both say the same.
            scaled = np.concatenate([w[:bins] / part["spread"][:, None], w[bins:]]).astype(np.float16).astype(np.float64)
            b = offset[n, 0].detach().numpy().astype(np.float64)
            b = b - part["mean"] @ scaled[:bins] - 0.5 * scaled[bins:].sum(0)
            coders.append({"weight": packed(scaled), "offset": [tidy(v, 7) for v in b]})
        nets.append(
            {
                "encoders": coders,
                "fusion": {"weight": packed(members.fusion[n].detach().numpy()), "offset": [tidy(v, 7) for v in members.fusion_offset[n, 0].tolist()]},
                "head": {"weight": packed(members.head[n].detach().numpy()), "offset": [tidy(members.head_offset[n, 0, 0].item(), 7)]},
            }
        )
    return {
        "id": "icu-mortality",
        "citation": "Trained by this project on sets a and b of the PhysioNet/CinC Challenge 2012 (Silva I et al. Comput Cardiol 2012;39:245-8; Goldberger AL et al. Circulation 2000;101:e215-20).",
        "networks": {
            "death": {
                "points": POINTS,
                "slope": slope,
                "intercept": intercept,
                "modalities": modalities,
                "members": nets,
            }
        },
    }


def conformal(outcome, raw):
    """Class-conditional (Mondrian) conformal limits on the raw scale. Death is credible at or above the first, survival at or below
    the second. As many of a class are let fall outside as keep the share of later stays outside within ALPHA with CONFIDENCE (the
    order statistics of the class; Vovk V. Mach Learn 2013;92:349-76)."""
    deaths, others = np.sort(raw[outcome == 1]), np.sort(raw[outcome == 0])

    def outside(count):
        return int(np.searchsorted(binom.cdf(np.arange(count), count, ALPHA), 1 - CONFIDENCE, side="right")) - 1

    return float(deaths[outside(len(deaths))]), float(others[len(others) - 1 - outside(len(others))])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("out")
    parser.add_argument("--members", type=int, default=8)
    parser.add_argument("--only-cv", action="store_true")
    parser.add_argument("--folds", default="0,1,2,3,4")
    options = parser.parse_args()
    started = time.time()
    plan = json.load(open(f"{HERE}/parameters.json"))
    modality_of = {one["id"]: one["modality"] for one in plan["parameters"]}
    names, folds, outcome, values = read_table(options.table)
    print(f"{len(outcome)} stays, {outcome.sum()} deaths, {len(names)} inputs", file=sys.stderr)

    raw = np.full(len(outcome), np.nan)
    without = {m: np.full(len(outcome), np.nan) for m in MODALITIES}
    for fold in [int(f) for f in options.folds.split(",")]:
        inside, outside = folds != fold, folds == fold
        encoding = Encoding(names, modality_of, values[inside])
        members = fit_all(names, encoding, values[inside], outcome[inside], options.members, SEED + fold)
        rows = encoding.scaled(values[outside])
        raw[outside] = score(members, encoding, rows).mean(0)
        for n, m in enumerate(MODALITIES):
            without[m][outside] = score(members, encoding, rows, n).mean(0)
        losses = ", ".join(f"without {m} {area(outcome[outside], without[m][outside]):.4f}" for m in MODALITIES)
        print(f"fold {fold}: AUROC {area(outcome[outside], raw[outside]):.4f}, {losses} ({time.time() - started:.0f} s)", file=sys.stderr, flush=True)
    done = ~np.isnan(raw)
    cross = {
        "auroc": area(outcome[done], raw[done]),
        "withoutModality": {m: area(outcome[done], without[m][done]) for m in MODALITIES},
        "stays": int(done.sum()),
        "deaths": int(outcome[done].sum()),
    }
    print(json.dumps(cross), file=sys.stderr)
    if options.only_cv:
        return
    slope, intercept = platt(outcome, raw)
    death, survival = conformal(outcome, slope * raw + intercept)
    encoding = Encoding(names, modality_of, values)
    members = fit_all(names, encoding, values, outcome, options.members, SEED + FOLDS)
    network = exported(members, encoding, names, slope, intercept)
    text = json.dumps(network, separators=(",", ":")) + "\n"
    os.makedirs(options.out, exist_ok=True)
    with open(f"{options.out}/network.json", "w") as handle:
        handle.write(text)
    with open(options.table, "rb") as handle:
        table = hashlib.sha256(handle.read()).hexdigest()
    used = {i["input"] for m in network["networks"]["death"]["modalities"] for i in m["inputs"]}
    medians = {name: tidy(np.nanmedian(values[:, c]), 4) for c, name in enumerate(names) if name in used}
    training = {
        "table": table,
        "network": hashlib.sha256(text.encode()).hexdigest(),
        "seed": SEED,
        "members": options.members,
        "crossValidation": cross,
        "calibration": {"slope": slope, "intercept": intercept},
        "conformal": {"alpha": ALPHA, "confidence": CONFIDENCE, "death": death, "survival": survival, "stays": len(outcome), "deaths": int(outcome.sum())},
        "reference": medians,
        "ranges": {name: [float(np.nanmin(values[:, c])), float(np.nanmax(values[:, c]))] for c, name in enumerate(names) if name in used},
    }
    with open(f"{options.out}/training.json", "w") as handle:
        handle.write(json.dumps(training, indent=2) + "\n")
    print(f"network.json {len(text)} bytes, {time.time() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
