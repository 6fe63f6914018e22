package koine.app.cli;

import java.util.List;
import java.util.Map;
import koine.app.layers.Layers;
import koine.gguf.AdapterFacts;
import koine.i18n.Formats;
import koine.i18n.Messages;
import koine.models.InstalledAdapter;
import koine.models.InstalledModel;
import org.jspecify.annotations.Nullable;

/** The layers on this computer, and which go with a model. */
final class LayerList {
    private final @Nullable InstalledModel model;
    private final List<Layers.Offer> offers;

    /** @param model null when there is none to hold them against */
    LayerList(Layers layers, List<InstalledAdapter> adapters, @Nullable InstalledModel model) {
        this.model = model;
        this.offers = model == null
                ? adapters.stream()
                        .map(adapter -> new Layers.Offer(adapter, null))
                        .toList()
                : layers.offers(model.path());
    }

    /** Fields as the JSON has them. */
    private record Line(
            String id,
            String name,
            @Nullable String maker,
            @Nullable String license,
            List<String> languages,
            @Nullable String architecture,
            long rank,
            @Nullable Double alpha,
            long bytes,
            AdapterFacts.@Nullable Base base,
            @Nullable String model,
            @Nullable Boolean fits,
            @Nullable String reason) {}

    Object document() {
        return offers.stream().map(this::line).toList();
    }

    private Line line(Layers.Offer offer) {
        InstalledAdapter adapter = offer.adapter();
        AdapterFacts facts = adapter.facts();
        return new Line(
                adapter.id(),
                adapter.name(),
                facts.maker(),
                facts.license(),
                adapter.languages(),
                facts.architecture(),
                facts.rank(),
                facts.alpha().isPresent() ? facts.alpha().getAsDouble() : null,
                adapter.bytes(),
                facts.base(),
                model == null ? null : model.id(),
                model == null ? null : offer.fits(),
                offer.fits() ? null : Layers.keyword(offer.misfit()));
    }

    String table(Messages m, Formats formats) {
        if (offers.isEmpty()) {
            return m.text("cli.layers.empty") + "\n";
        }
        Table table = new Table()
                .row(
                        m.text("cli.column.id"),
                        m.text("cli.column.name"),
                        m.text("cli.column.maker"),
                        m.text("cli.layers.column.base"),
                        m.text("cli.column.languages"),
                        m.text("cli.column.size"),
                        m.text("cli.column.state"));
        for (Layers.Offer offer : offers) {
            InstalledAdapter adapter = offer.adapter();
            AdapterFacts facts = adapter.facts();
            table.row(
                    adapter.id(),
                    adapter.name(),
                    facts.maker() == null ? "" : facts.maker(),
                    base(m, facts),
                    formats.list(adapter.languages().stream()
                            .map(formats::languageName)
                            .toList()),
                    formats.bytes(adapter.bytes()),
                    state(m, offer));
        }
        return table.toString();
    }

    private String state(Messages m, Layers.Offer offer) {
        return model == null
                ? ""
                : m.text(
                        "layers.fits",
                        Map.of(
                                "reason",
                                Layers.keyword(offer.misfit()),
                                "model",
                                model.name(),
                                "known",
                                "no", // the base has a column of its own
                                "base",
                                ""));
    }

    /** The model it was made for, with its maker where that is told; "" when the file does not say. */
    static String base(Messages m, AdapterFacts facts) {
        AdapterFacts.Base base = facts.base();
        if (base == null) {
            return "";
        }
        String name = base.name() != null ? base.name() : base.url() != null ? base.url() : "";
        return base.maker() == null || name.isEmpty()
                ? name
                : m.text("layers.by", Map.of("name", name, "maker", base.maker()));
    }
}
