package koine.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import koine.app.chat.ModelNames;
import koine.gguf.GgufException;
import koine.gguf.ModelDetails;
import koine.gguf.ModelDetails.TensorTypeShare;
import koine.gguf.ModelFacts;
import koine.i18n.Formats;
import koine.i18n.Messages;
import koine.i18n.Problem;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;

/** What a model file says of itself; only its header is read. */
final class ModelShow {
    private final String file;
    private final ModelDetails details;

    private ModelShow(String file, ModelDetails details) {
        this.file = file;
        this.details = details;
    }

    /** Fields as the JSON has them. */
    private record Document(
            String file,
            String kind,
            @Nullable String architecture,
            @Nullable String name,
            long parameters,
            String quantization,
            List<TensorTypeShare> tensorTypes,
            long bytes,
            long contextTokens,
            long layers,
            long embeddingLength,
            long heads,
            long keyValueHeads,
            long slidingWindow,
            long keyValueBytesPerToken,
            ModelDetails.Vocabulary vocabulary,
            List<String> languages,
            @Nullable String license,
            ModelDetails.@Nullable ChatTemplate chatTemplate) {}

    /**
     * @param nameOrPath path of any GGUF file, else the name of a model on this computer
     * @throws Problem {@code KOINE-A122} no such file, {@code KOINE-M101} no such model, {@code KOINE-M102} the file is
     *     no GGUF, or may not be read
     */
    static ModelShow of(String nameOrPath, ModelStore models) throws Problem {
        Path path = path(nameOrPath, models);
        String name = SafeText.line(String.valueOf(path.getFileName()));
        try {
            return new ModelShow(name, ModelDetails.read(path));
        } catch (GgufException e) {
            throw new Problem("KOINE-M102", Map.of("file", name, "reason", "unreadable"), e);
        } catch (IOException e) {
            throw new Problem("KOINE-M102", Map.of("file", name, "reason", "denied"), e);
        }
    }

    private static Path path(String nameOrPath, ModelStore models) throws Problem {
        try {
            Path path = Path.of(nameOrPath);
            if (Files.isRegularFile(path)) {
                return path;
            }
        } catch (InvalidPathException e) {
            // then it is a name
        }
        return ModelNames.resolve(models, nameOrPath).path();
    }

    Object document() {
        ModelFacts facts = details.facts();
        return new Document(
                file,
                facts.kind(),
                facts.architecture(),
                facts.name(),
                facts.parameters(),
                facts.quantization(),
                details.tensorTypes(),
                details.bytes(),
                facts.contextTokens(),
                details.layers(),
                details.embeddingLength(),
                details.heads(),
                details.keyValueHeads(),
                details.slidingWindow(),
                details.keyValueBytesPerToken(),
                details.vocabulary(),
                facts.languages(),
                facts.license(),
                details.chatTemplate());
    }

    String table(Messages m, Formats formats) {
        ModelFacts facts = details.facts();
        String none = m.text("cli.doctor.none");
        Table table = new Table()
                .row(m.text("cli.show.file"), file)
                .row(m.text("cli.column.name"), or(facts.name(), none))
                .row(m.text("cli.show.architecture"), or(facts.architecture(), none))
                .row(m.text("cli.show.parameters"), formats.number(facts.parameters()))
                .row(m.text("cli.column.size"), formats.bytes(details.bytes()))
                .row(m.text("cli.show.quantization"), facts.quantization());
        for (TensorTypeShare share : details.tensorTypes()) {
            table.row(
                    "",
                    m.text(
                            "cli.show.tensors",
                            Map.of(
                                    "type", share.type(),
                                    "count", share.tensors(),
                                    "size", formats.bytes(share.bytes()))));
        }
        table.row(m.text("cli.show.context"), number(m, formats, details.facts().contextTokens()))
                .row(m.text("cli.show.layers"), number(m, formats, details.layers()))
                .row(
                        m.text("cli.show.heads"),
                        m.text(
                                "cli.show.heads.of",
                                Map.of(
                                        "heads", formats.number(details.heads()),
                                        "shared", formats.number(details.keyValueHeads()))))
                .row(
                        m.text("cli.show.window"),
                        details.slidingWindow() == 0 ? none : number(m, formats, details.slidingWindow()))
                .row(
                        m.text("cli.show.memory"),
                        details.keyValueBytesPerToken() == 0
                                ? m.text("cli.show.unknown")
                                : formats.bytes(details.keyValueBytesPerToken()))
                .row(
                        m.text("cli.show.vocabulary"),
                        m.text(
                                "cli.show.vocabulary.of",
                                Map.of(
                                        "kind", or(details.vocabulary().kind(), none),
                                        "count", details.vocabulary().tokens())))
                .row(
                        m.text("cli.column.languages"),
                        facts.languages().isEmpty()
                                ? m.text("cli.show.unknown")
                                : formats.list(facts.languages().stream()
                                        .map(formats::languageName)
                                        .toList()))
                .row(m.text("cli.show.license"), or(facts.license(), m.text("cli.show.unknown")))
                .row(m.text("cli.show.template"), template(m, none));
        return table.toString();
    }

    private String template(Messages m, String none) {
        ModelDetails.ChatTemplate template = details.chatTemplate();
        if (template == null) {
            return none;
        }
        String family = or(template.family(), m.text("cli.show.template.other"));
        return template.thinking() ? m.text("cli.show.template.thinks", Map.of("family", family)) : family;
    }

    private static String number(Messages m, Formats formats, long number) {
        return number == 0 ? m.text("cli.show.unknown") : formats.number(number);
    }

    private static String or(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }
}
