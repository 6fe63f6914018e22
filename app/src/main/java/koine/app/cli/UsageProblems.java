package koine.app.cli;

import java.util.List;
import java.util.Map;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** A command line that cannot be understood, as the problem a person is told. */
final class UsageProblems {
    private static final String HELP = "--help";

    private UsageProblems() {}

    static Problem missing(String argument) {
        return new Problem("KOINE-A103", Map.of("argument", argument, "help", HELP));
    }

    static Problem badValue(String option, @Nullable Object value) {
        return new Problem(
                "KOINE-A104", Map.of("option", option, "value", SafeText.line(String.valueOf(value)), "help", HELP));
    }

    static Problem of(ParameterException refused) {
        return switch (refused) {
            case UnmatchedArgumentException unmatched
            when !unmatched.getUnmatched().isEmpty() ->
                unknown(unmatched.getUnmatched().getFirst(), unmatched.getSuggestions());
            case MissingParameterException missing
            when !missing.getMissing().isEmpty() -> missing(missing.getMissing().getFirst());
            case OverwrittenOptionException twice ->
                new Problem("KOINE-A105", Map.of("option", label(twice.getOverwritten())));
            default -> other(refused);
        };
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
            return badValue(label(argument), refused.getValue());
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
