package koine.app.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import koine.app.chat.Overflow;
import org.jspecify.annotations.Nullable;

/** What can be done about a conversation that is too long, as numbered lines. */
final class OverflowChoice {
    /** A way out. */
    enum Way {
        DROP,
        ENLARGE,
        SUMMARIZE
    }

    private final CliContext context;
    private final Overflow overflow;
    private final List<Way> ways = new ArrayList<>();

    OverflowChoice(CliContext context, Overflow overflow) {
        this.context = context;
        this.overflow = overflow;
        if (overflow.oldMessages() > 0) {
            ways.add(Way.DROP);
        }
        if (overflow.larger() != null) {
            ways.add(Way.ENLARGE);
        }
        if (overflow.oldMessages() > 0) {
            ways.add(Way.SUMMARIZE);
        }
    }

    /** A line for each way, and one that asks; empty when there is no way. */
    String lines() {
        if (ways.isEmpty()) {
            return "";
        }
        Table table = new Table();
        for (int i = 0; i < ways.size(); i++) {
            table.row(context.formats().number(i + 1), words(ways.get(i)));
        }
        return table + context.text("cli.overflow.choose") + "\n";
    }

    private String words(Way way) {
        Map<String, Object> count = Map.of("count", overflow.oldMessages());
        return switch (way) {
            case DROP -> context.text("cli.overflow.drop", count);
            case SUMMARIZE -> context.text("cli.overflow.summarize", count);
            case ENLARGE -> {
                Overflow.Larger larger = overflow.larger();
                yield larger == null
                        ? ""
                        : context.text(
                                "cli.overflow.enlarge",
                                Map.of(
                                        "tokens",
                                        larger.contextTokens(),
                                        "memory",
                                        context.formats().bytes(larger.moreBytes())));
            }
        };
    }

    /** @return null for anything that is none of the numbers, in whatever digits */
    @Nullable
    Way chosen(String typed) {
        String digits = typed.strip();
        if (digits.codePointCount(0, digits.length()) != 1) {
            return null;
        }
        int number = Character.digit(digits.codePointAt(0), 10);
        return number >= 1 && number <= ways.size() ? ways.get(number - 1) : null;
    }

    int larger() {
        Overflow.Larger larger = overflow.larger();
        return larger == null ? 0 : larger.contextTokens();
    }

    /** For one question: how it could be asked after all. */
    static String sentence(CliContext context, Overflow overflow) {
        Overflow.Larger larger = overflow.larger();
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("promptTokens", overflow.promptTokens());
        arguments.put("contextTokens", overflow.contextTokens());
        arguments.put("larger", larger == null ? "no" : "yes");
        arguments.put("option", larger == null ? "" : "--context " + larger.contextTokens());
        arguments.put("memory", larger == null ? "" : context.formats().bytes(larger.moreBytes()));
        return context.text("cli.ask.overflow", arguments);
    }
}
