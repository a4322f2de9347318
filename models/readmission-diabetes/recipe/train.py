"""Trains the trees of readmission-diabetes. Called by dist/tools/models/readmission/train.js with a folder of float32 files and
settings.json; writes model.json and trained.json there. It sees columns only: what they mean, the split and the missing inputs are made
by the program that calls it, which also serves the model.
"""

import json
import sys

import numpy as np
import xgboost as xgb


def main(folder: str) -> None:
    with open(f"{folder}/settings.json", encoding="utf-8") as file:
        settings = json.load(file)
    width = len(settings["columns"])

    def numbers(name: str) -> np.ndarray:
        return np.fromfile(f"{folder}/{name}.f32", dtype="<f4")

    rows = numbers("rows").reshape(-1, width)
    outcomes, weights, folds = numbers("outcomes"), numbers("weights"), numbers("folds")
    scored = settings["scoreFolds"]
    signs = "(" + ",".join(str(sign) for sign in settings["monotone"]) + ")"
    parameters = {**settings["parameters"], "monotone_constraints": signs}

    def train(chosen: np.ndarray) -> xgb.Booster:
        return xgb.train(parameters, xgb.DMatrix(rows[chosen], outcomes[chosen], weight=weights[chosen]), settings["rounds"])

    def score(model: xgb.Booster, asked: np.ndarray) -> np.ndarray:
        return model.predict(xgb.DMatrix(asked), output_margin=True)

    out_of_fold = np.zeros(scored, dtype=np.float64)
    for fold in range(settings["folds"]):
        print(f"fold {fold + 1} of {settings['folds']}", file=sys.stderr)
        here = folds[:scored] == fold
        out_of_fold[here] = score(train(folds != fold), rows[:scored][here])

    print("all of the training part", file=sys.stderr)
    model = train(np.ones(len(rows), dtype=bool))
    explain = numbers("explain").reshape(-1, width)

    def over_trees(**asked: bool) -> np.ndarray:
        """Tree by tree, added as doubles: the library adds as float32, which over hundreds of trees costs the sixth decimal."""
        parts = (model[n : n + 1].predict(xgb.DMatrix(explain), **asked).astype(np.float64) for n in range(settings["rounds"]))
        return sum(parts)

    model.save_model(f"{folder}/model.json")
    result = {
        "library": f"XGBoost {xgb.__version__}, numpy {np.__version__}",
        "outOfFold": out_of_fold.tolist(),
        "scored": score(model, numbers("score").reshape(-1, width)).astype(np.float64).tolist(),
        "contributions": over_trees(pred_contribs=True).tolist(),
        "explainedScores": over_trees(output_margin=True).tolist(),
    }
    with open(f"{folder}/trained.json", "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(sys.argv[1])
