"""Which quarter and which part of the tree the overview is of."""

from reports.figures.forms import FiguresForm


class OverviewForm(FiguresForm):
    """The overview is always of one part of the tree: the highest that the user sees, unless another is asked for."""

    def default(self, name):
        if name == "within" and self.roots:
            return self.roots[0].code
        return super().default(name)

    def all_offered(self):
        return []
