package koine.app.cli;

import java.util.List;
import java.util.Locale;
import koine.app.chat.ModelNames;
import koine.i18n.Formats;
import koine.i18n.Messages;
import koine.i18n.Problem;
import koine.models.Catalogue;
import koine.models.InstalledModel;
import koine.models.ModelListing;
import koine.models.ModelListing.FileListing;
import koine.models.ModelStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The models on this computer and in the catalogue. */
@Command(name = "models", description = "cli.models.about")
final class ModelsCommand {
    private final CliContext context;

    ModelsCommand(CliContext context) {
        this.context = context;
    }

    @Command(name = "list", description = "cli.models.list.about")
    int list(@Option(names = "--json", description = "cli.option.json") boolean json) {
        List<ModelListing> models = ModelListing.of(
                Catalogue.builtIn(), context.assistant().models().installed());
        context.terminal().print(json ? ModelListing.toJson(models) + "\n" : table(models));
        return ExitCodes.DONE;
    }

    @Command(name = "show", description = "cli.models.show.about")
    int show(
            @Parameters(paramLabel = "FILE", description = "cli.models.show.file") String file,
            @Option(names = "--json", description = "cli.option.json") boolean json)
            throws Problem {
        ModelShow model = ModelShow.of(
                file, context.assistant().models(), context.assistant().layers());
        return context.print(json, model::document, m -> model.table(m, context.formats()));
    }

    @Command(name = "layers", description = "cli.models.layers.about")
    int layers(
            @Option(names = "--model", paramLabel = "MODEL", description = "cli.option.layers-model") @Nullable
                    String model,
            @Option(names = "--json", description = "cli.option.json") boolean json)
            throws Problem {
        ModelStore models = context.assistant().models();
        LayerList list = new LayerList(context.assistant().layers(), models.adapters(), heldAgainst(models, model));
        return context.print(json, list::document, m -> list.table(m, context.formats()));
    }

    /** @return null when none was named and there is none */
    private @Nullable InstalledModel heldAgainst(ModelStore models, @Nullable String named) throws Problem {
        if (named != null) {
            return ModelNames.resolve(models, named);
        }
        try {
            return ModelNames.usual(models, context.assistant().settings());
        } catch (Problem none) {
            return null; // the layers are there all the same
        }
    }

    private String table(List<ModelListing> models) {
        Messages m = context.messages();
        Formats formats = context.formats();
        Table table = new Table()
                .row(
                        m.text("cli.column.id"),
                        m.text("cli.column.name"),
                        m.text("cli.column.maker"),
                        m.text("cli.column.languages"),
                        m.text("cli.column.size"),
                        m.text("cli.column.state"));
        for (ModelListing model : models) {
            table.row(
                    model.id(),
                    model.system(),
                    model.maker() == null ? "" : model.maker(),
                    formats.list(model.languages().stream()
                            .map(formats::languageName)
                            .toList()),
                    size(model, formats),
                    m.text("models.status." + model.status().name().toLowerCase(Locale.ROOT)));
        }
        return table.toString();
    }

    /** Of the file that is here, else of the first that could be. */
    private static String size(ModelListing model, Formats formats) {
        return model.files().stream()
                .filter(file -> file.installedAs() != null)
                .findFirst()
                .or(() -> model.files().stream().findFirst())
                .map(FileListing::bytes)
                .map(formats::bytes)
                .orElse("");
    }
}
