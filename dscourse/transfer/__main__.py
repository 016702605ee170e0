"""`python -m dscourse.transfer`: write the table of what Xception's arguments do."""

import keras

from dscourse.results import Record, save
from dscourse.transfer.anatomy import combinations, ignored, key, table


def main() -> None:
    """Run every combination and write `dscourse/results/applications.json`."""
    chosen = list(combinations())
    bar, outcomes = keras.utils.Progbar(len(chosen), unit_name="call"), {}
    for arguments, outcome in table(chosen):
        outcomes[key(arguments)] = outcome
        bar.add(1)
    rows = [
        {**arguments, **outcomes[key(arguments)], "ignored": ignored(arguments, outcomes)}
        for arguments in chosen
    ]
    save(Record.of_now("python -m dscourse.transfer", rows, ["keras"]), "applications")


if __name__ == "__main__":
    main()
