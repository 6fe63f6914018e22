package koine.engine.template;

import java.time.LocalDateTime;

/** What one rendering shares: its budget, its time and where it is. One thread. */
final class Rendering {
    private final Budget budget;
    private final Operators operators;
    private final LocalDateTime now;
    private int line = 1;

    Rendering(Budget budget, LocalDateTime now) {
        this.budget = budget;
        this.operators = new Operators(budget);
        this.now = now;
    }

    Budget budget() {
        return budget;
    }

    Operators operators() {
        return operators;
    }

    LocalDateTime now() {
        return now;
    }

    int line() {
        return line;
    }

    /** Where errors from now on happen. */
    void at(int newLine) {
        line = newLine;
    }

    Object call(Object function, CallArguments arguments) {
        budget.step();
        return switch (function) {
            case Callable callable -> callable.call(this, arguments);
            case Undefined undefined -> throw undefined.error();
            default -> throw TemplateError.type(Repr.quoted(Values.typeName(function)) + " object is not callable");
        };
    }
}
