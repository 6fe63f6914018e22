package koine.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import koine.app.chat.ModelNames;
import koine.app.layers.Layers;
import koine.gguf.AdapterFacts;
import koine.gguf.GgufException;
import koine.gguf.GgufFile;
import koine.gguf.GgufReader;
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
    private final @Nullable AdapterFacts adapter;
    private final List<String> layers;

    private ModelShow(String file, ModelDetails details, @Nullable AdapterFacts adapter, List<String> layers) {
        this.file = file;
        this.details = details;
        this.adapter = adapter;
        this.layers = layers;
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
            @Nullable String maker,
            @Nullable String license,
            ModelDetails.@Nullable ChatTemplate chatTemplate,
            @Nullable ShownAdapter adapter,
            List<String> adapters) {}

    private record ShownAdapter(long rank, @Nullable Double alpha, AdapterFacts.@Nullable Base base) {
        static ShownAdapter of(AdapterFacts facts) {
            return new ShownAdapter(
                    facts.rank(), facts.alpha().isPresent() ? facts.alpha().getAsDouble() : null, facts.base());
        }
    }

    /**
     * @param nameOrPath path of any GGUF file, else the name of a model or a layer on this computer
     * @throws Problem {@code KOINE-A122} no such file, {@code KOINE-M101} no such model, {@code KOINE-M102} the file is
     *     no GGUF, or may not be read
     */
    static ModelShow of(String nameOrPath, ModelStore models, Layers layers) throws Problem {
        Path path = path(nameOrPath, models);
        String name = SafeText.line(String.valueOf(path.getFileName()));
        try {
            GgufFile header = GgufReader.read(path);
            ModelDetails details = ModelDetails.of(header);
            return new ModelShow(name, details, AdapterFacts.of(header), fitting(details, path, layers));
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
        try {
            return ModelNames.resolve(models, nameOrPath).path();
        } catch (Problem e) {
            if ("adapter".equals(e.arguments().get("reason"))) {
                return models.adapter(nameOrPath).path();
            }
            throw e;
        }
    }

    /** Ids of the layers that go with it; none of what is no model itself. */
    private static List<String> fitting(ModelDetails details, Path path, Layers layers) {
        return details.facts().kind().equals("model")
                ? layers.offers(path).stream()
                        .filter(Layers.Offer::fits)
                        .map(offer -> offer.adapter().id())
                        .toList()
                : List.of();
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
                facts.maker(),
                facts.license(),
                details.chatTemplate(),
                adapter == null ? null : ShownAdapter.of(adapter),
                layers);
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
        if (adapter == null) {
            model(table, m, formats, none);
        } else {
            adapter(table, m, formats, adapter);
        }
        return about(table, m, formats).toString();
    }

    private void adapter(Table table, Messages m, Formats formats, AdapterFacts facts) {
        String unknown = m.text("cli.show.unknown");
        AdapterFacts.Base base = facts.base();
        table.row(m.text("cli.show.kind"), m.text("cli.show.kind.layer"))
                .row(m.text("cli.layers.column.base"), or(LayerList.base(m, facts), unknown))
                .row(m.text("cli.show.base.url"), or(base == null ? null : base.url(), unknown))
                .row(m.text("cli.show.rank"), number(m, formats, facts.rank()))
                .row(
                        m.text("cli.show.alpha"),
                        facts.alpha().isPresent() ? formats.number(facts.alpha().getAsDouble(), 2) : unknown);
    }

    private void model(Table table, Messages m, Formats formats, String none) {
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
                .row(m.text("cli.show.template"), template(m, none));
        if (!layers.isEmpty()) {
            table.row(m.text("cli.show.fitting"), formats.list(layers));
        }
    }

    private Table about(Table table, Messages m, Formats formats) {
        ModelFacts facts = details.facts();
        String unknown = m.text("cli.show.unknown");
        return table.row(m.text("cli.column.maker"), or(facts.maker(), unknown))
                .row(
                        m.text("cli.column.languages"),
                        facts.languages().isEmpty()
                                ? unknown
                                : formats.list(facts.languages().stream()
                                        .map(formats::languageName)
                                        .toList()))
                .row(m.text("cli.show.license"), or(facts.license(), unknown));
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
        return text == null || text.isEmpty() ? otherwise : text;
    }
}
