package koine.app.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import koine.app.chat.ChatOptions;
import koine.app.chat.ModelNames;
import koine.app.conversations.Layer;
import koine.app.layers.Layers;
import koine.i18n.Formats;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import org.jspecify.annotations.Nullable;

/** The layers of a chat in the terminal: shown, and chosen anew. */
final class TerminalLayers {
    static final String COMMAND = "/layers";

    private final CliContext context;
    private final ChatOptions options;

    TerminalLayers(CliContext context, ChatOptions options) {
        this.context = context;
        this.options = options;
    }

    /** Whether a line is this command, alone or with names after it. */
    static boolean isMeantBy(String line) {
        return line.equals(COMMAND) || line.startsWith(COMMAND + " ");
    }

    /**
     * What the line asks for.
     *
     * @return null when it names nothing, and only shows
     * @throws Problem why these cannot be used
     */
    @Nullable
    List<Layer> chosen(String line) throws Problem {
        List<String> names = Arrays.stream(line.substring(COMMAND.length()).split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        List<Layer> wanted = LayerOption.parse(COMMAND, names);
        return wanted == null ? null : ready(wanted);
    }

    /** With the hashes of their files. @throws Problem as {@link Layers#ready} */
    List<Layer> ready(List<Layer> wanted) throws Problem {
        return layers().ready(wanted, model()).layers();
    }

    /** The layers of the conversation, how strong they are, and what else goes with the model. */
    String show(@Nullable String conversationId) throws Problem {
        InstalledModel model = model();
        List<Layer> now = options.layers();
        if (now == null) {
            now = conversationId == null
                    ? List.of()
                    : context.assistant().conversations().layers(conversationId);
        }
        Table table = new Table().row(model.name(), context.text("cli.layers.base"));
        for (Layers.Look look : layers().look(now, model)) {
            Problem problem = look.problem();
            table.row(
                    look.adapter() == null
                            ? look.layer().name()
                            : look.adapter().name(),
                    problem == null ? strength(look.layer()) : context.sentence(problem));
        }
        List<String> others = layers().offers(model.path()).stream()
                .filter(Layers.Offer::fits)
                .map(offer -> offer.adapter().id())
                .toList();
        String end = others.isEmpty()
                ? context.text("layers.none")
                : context.text(
                        "cli.layers.choose",
                        Map.of(
                                "layers",
                                context.formats().list(others),
                                "example",
                                COMMAND + " " + others.getFirst() + "=0.5",
                                "none",
                                COMMAND + " " + LayerOption.NONE));
        return table + end + "\n";
    }

    private String strength(Layer layer) {
        Formats formats = context.formats();
        return formats.percent(layer.scale());
    }

    private Layers layers() {
        return context.assistant().layers();
    }

    private InstalledModel model() throws Problem {
        return ModelNames.find(context.assistant().models(), context.assistant().settings(), options.model());
    }
}
