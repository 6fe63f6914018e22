package koine.engine.template;

/** Text as it is printed, within the budget. */
final class Output {
    private final StringBuilder text = new StringBuilder();
    private final Budget budget;

    Output(Budget budget) {
        this.budget = budget;
    }

    void add(String part) {
        budget.fits(text.length() + (long) part.length());
        budget.scan(part.length());
        text.append(part);
    }

    @Override
    public String toString() {
        return budget.made(text.toString());
    }
}
