package koine.app.cli;

import java.util.Map;
import koine.i18n.Problem;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What the parser refused, as the problem a person is told. */
final class UsageProblems {
    private UsageProblems() {}

    static Problem of(ParameterException refused) {
        return switch (refused) {
            case UnmatchedArgumentException unmatched
            when !unmatched.getUnmatched().isEmpty() ->
                new Problem(
                        "KOINE-A101",
                        Map.of(
                                "argument",
                                SafeText.line(unmatched.getUnmatched().getFirst())));
            case MissingParameterException missing
            when !missing.getMissing().isEmpty() -> missing(missing.getMissing().getFirst());
            case OverwrittenOptionException twice ->
                new Problem("KOINE-A105", Map.of("option", label(twice.getOverwritten())));
            default -> {
                ArgSpec argument = refused.getArgSpec();
                if (argument != null) {
                    yield new Problem(
                            "KOINE-A104",
                            Map.of(
                                    "option",
                                    label(argument),
                                    "value",
                                    SafeText.line(String.valueOf(refused.getValue()))));
                }
                if (!refused.getCommandLine().getSubcommands().isEmpty()) {
                    yield new Problem(
                            "KOINE-A108",
                            Map.of(
                                    "command",
                                    refused.getCommandLine().getCommandSpec().qualifiedName(),
                                    "commands",
                                    String.join(
                                            ", ",
                                            refused.getCommandLine()
                                                    .getSubcommands()
                                                    .keySet())));
                }
                yield new Problem("KOINE-A109", Map.of());
            }
        };
    }

    private static Problem missing(ArgSpec argument) {
        return argument.isOption() && !argument.required()
                ? new Problem("KOINE-A102", Map.of("option", label(argument)))
                : new Problem("KOINE-A103", Map.of("argument", label(argument)));
    }

    private static String label(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }
}
