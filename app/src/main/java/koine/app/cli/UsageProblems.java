package koine.app.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import koine.i18n.Problem;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** A command line that cannot be understood, as the problem a person is told. */
final class UsageProblems {
    static final String HELP = "--help";

    private UsageProblems() {}

    static Problem missing(String argument) {
        return new Problem("KOINE-A103", Map.of("argument", argument, "help", HELP));
    }

    static Problem of(ParameterException refused) {
        return switch (refused) {
            case UnmatchedArgumentException unmatched
            when !unmatched.getUnmatched().isEmpty() ->
                unknown(unmatched.getUnmatched().getFirst(), suggestions(unmatched));
            case MissingParameterException missing
            when !missing.getMissing().isEmpty() -> missing(missing.getMissing().getFirst());
            case OverwrittenOptionException twice ->
                new Problem("KOINE-A105", Map.of("option", label(twice.getOverwritten())));
            default -> other(refused);
        };
    }

    /** The options or commands that begin so, or that are at most two slips away, the nearest first. */
    private static List<String> suggestions(UnmatchedArgumentException unmatched) {
        String typed = unmatched.getUnmatched().getFirst().replaceFirst("=.*", "");
        CommandLine command = unmatched.getCommandLine();
        Stream<String> known = typed.startsWith("-")
                ? command.getCommandSpec().options().stream().map(OptionSpec::longestName)
                : command.getSubcommands().keySet().stream();
        return known.filter(name -> begins(typed, name) || slips(typed, name) <= Math.min(2, name.length() / 2 + 1))
                .sorted(Comparator.comparing((String name) -> !begins(typed, name))
                        .thenComparingInt(name -> slips(typed, name)))
                .toList();
    }

    private static boolean begins(String typed, String name) {
        return typed.length() > 1 && !typed.equals("--") && name.startsWith(typed);
    }

    /** Letters too many, missing, wrong, or swapped with their neighbour. */
    private static int slips(String typed, String meant) {
        int[][] slips = new int[typed.length() + 1][meant.length() + 1];
        for (int i = 0; i <= typed.length(); i++) {
            for (int j = 0; j <= meant.length(); j++) {
                if (i == 0 || j == 0) {
                    slips[i][j] = i + j;
                    continue;
                }
                int same = typed.charAt(i - 1) == meant.charAt(j - 1) ? 0 : 1;
                slips[i][j] = Math.min(slips[i - 1][j - 1] + same, Math.min(slips[i - 1][j], slips[i][j - 1]) + 1);
                boolean swapped = i > 1
                        && j > 1
                        && typed.charAt(i - 1) == meant.charAt(j - 2)
                        && typed.charAt(i - 2) == meant.charAt(j - 1);
                if (swapped) {
                    slips[i][j] = Math.min(slips[i][j], slips[i - 2][j - 2] + 1);
                }
            }
        }
        return slips[typed.length()][meant.length()];
    }

    private static Problem unknown(String argument, List<String> suggestions) {
        return new Problem(
                "KOINE-A101",
                Map.of(
                        "argument",
                        SafeText.line(argument),
                        "found",
                        suggestions.isEmpty() ? "none" : "one",
                        "suggestion",
                        suggestions.isEmpty() ? "" : suggestions.getFirst(),
                        "help",
                        HELP));
    }

    private static Problem missing(ArgSpec argument) {
        return argument.isOption() && !argument.required()
                ? new Problem("KOINE-A102", Map.of("option", label(argument), "help", HELP))
                : missing(label(argument));
    }

    private static Problem other(ParameterException refused) {
        ArgSpec argument = refused.getArgSpec();
        if (argument != null) {
            return OptionValues.bad(label(argument), refused.getValue());
        }
        var commands = refused.getCommandLine().getSubcommands().keySet();
        if (commands.isEmpty()) {
            return new Problem("KOINE-A109", Map.of("help", HELP));
        }
        String command = refused.getCommandLine().getCommandSpec().qualifiedName();
        return new Problem("KOINE-A108", Map.of("command", command, "commands", String.join(", ", commands)));
    }

    private static String label(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }
}
