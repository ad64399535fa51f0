"""The table."""

from statistics import median


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


class Table:
    def __init__(self):
        self.rows = [("", "what", "budget", "reached", "time against mbsync")]

    def add(self, budget, what, limit, reached, ratio=""):
        self.rows.append((budget, what, limit, reached, ratio))
        print(f"  {budget} {what}: {reached} {ratio}".rstrip(), flush=True)

    def backlog(self, name, what, limit, runs, count, anchor):
        seconds = median(run.seconds for run in runs)
        rate, ratio = f"{count / seconds:,.0f} mails/s", f"{seconds / anchor:.1f} ×"
        self.add(name, what, limit, rate, ratio)
        return median(run.cpu for run in runs) * 1000 / count, max(run.peak for run in runs)

    def print(self):
        widths = [max(len(row[column]) for row in self.rows) for column in range(5)]
        head, *rest = self.rows
        print()
        for row in [head, ["-" * width for width in widths], *rest]:
            print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
