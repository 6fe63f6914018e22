package koine.ui.layers;

import java.util.ArrayList;
import java.util.List;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.util.Subscription;
import koine.app.conversations.Layer;
import koine.app.layers.Layers;
import koine.models.InstalledAdapter;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import koine.ui.chat.ChatSession;
import koine.ui.tasks.Tasks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The model that answers the open conversation and the layers on it. Window's thread only. */
public final class LayersModel {
    private static final Logger LOG = LoggerFactory.getLogger(LayersModel.class);

    private final Layers layers;
    private final ModelStore store;
    private final ReadOnlyObjectProperty<@Nullable InstalledModel> base;
    private final ReadOnlyObjectProperty<ChatSession> session;
    private final Tasks tasks;
    private final ReadOnlyBooleanWrapper possible = new ReadOnlyBooleanWrapper();
    private final ReadOnlyObjectWrapper<@Nullable Now> now = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<List<Layer>> chosen = new ReadOnlyObjectWrapper<>(List.of());
    private Subscription bound = Subscription.EMPTY;
    private int reads;

    /**
     * What was read of the model and the layers.
     *
     * @param chosen the conversation's, as they stand with the model
     * @param others that could be added, those that fit first
     */
    public record Now(InstalledModel base, Layers.Origin origin, List<Layers.Look> chosen, List<Layers.Offer> others) {
        boolean isOf(List<Layer> layers) {
            return names(layers)
                    .equals(chosen.stream().map(look -> look.layer().name()).toList());
        }
    }

    private record Read(boolean possible, @Nullable Now now) {}

    /**
     * @param base the model that answers
     * @param session the open conversation
     */
    public LayersModel(
            Layers layers,
            ModelStore store,
            ReadOnlyObjectProperty<@Nullable InstalledModel> base,
            ReadOnlyObjectProperty<ChatSession> session,
            Tasks tasks) {
        this.layers = layers;
        this.store = store;
        this.base = base;
        this.session = session;
        this.tasks = tasks;
        session.subscribe(opened -> {
            bound.unsubscribe();
            bound = opened.layers().subscribe(this::changed);
        });
        base.subscribe(model -> refresh());
    }

    /** Whether there is anything to choose, or to take out. */
    public ReadOnlyBooleanProperty possible() {
        return possible.getReadOnlyProperty();
    }

    /** Null until it is known, and without a model. */
    public ReadOnlyObjectProperty<@Nullable Now> now() {
        return now.getReadOnlyProperty();
    }

    /** The layers of the next answer, with their strengths. */
    public ReadOnlyObjectProperty<List<Layer>> chosen() {
        return chosen.getReadOnlyProperty();
    }

    private void changed(List<Layer> layersNow) {
        chosen.set(layersNow);
        Now known = now.get();
        if (known == null || !known.isOf(layersNow)) {
            refresh();
        }
    }

    /** Looks into the models folder again. */
    public void refresh() {
        InstalledModel model = base.get();
        List<Layer> wanted = chosen.get();
        int read = ++reads;
        tasks.run(
                () -> read(model, wanted),
                found -> {
                    if (read == reads) { // else a later look knows more
                        possible.set(found.possible());
                        now.set(found.now());
                    }
                },
                e -> LOG.error("the layers could not be looked at", e));
    }

    private Read read(@Nullable InstalledModel model, List<Layer> wanted) {
        boolean any = !wanted.isEmpty() || !store.adapters().isEmpty();
        if (model == null || !any) {
            return new Read(any, null);
        }
        List<String> names = names(wanted);
        List<Layers.Offer> others = layers.offers(model.path()).stream()
                .filter(offer -> !names.contains(offer.adapter().id()))
                .toList();
        return new Read(true, new Now(model, layers.origin(model), layers.look(wanted, model), others));
    }

    public void add(InstalledAdapter adapter) {
        List<Layer> more = new ArrayList<>(chosen.get());
        more.add(new Layer(adapter.id(), 1));
        choose(more);
    }

    public void remove(String name) {
        choose(chosen.get().stream().filter(layer -> !layer.name().equals(name)).toList());
    }

    /** @param scale 0 to {@link Layer#MOST_SCALE} */
    public void setStrength(String name, double scale) {
        choose(chosen.get().stream()
                .map(layer -> layer.name().equals(name) ? layer.withScale(scale) : layer)
                .toList());
    }

    /** How strong a layer is now; 0 when it is not there. */
    public double strength(String name) {
        return chosen.get().stream()
                .filter(layer -> layer.name().equals(name))
                .mapToDouble(Layer::scale)
                .findFirst()
                .orElse(0);
    }

    /** The name to show of a layer: its own, else how the conversation names it. */
    public String nameOf(Layer layer) {
        Now known = now.get();
        return known == null
                ? layer.name()
                : known.chosen().stream()
                        .filter(look -> look.layer().name().equals(layer.name()))
                        .map(Layers.Look::adapter)
                        .map(adapter -> adapter == null ? layer.name() : adapter.name())
                        .findFirst()
                        .orElse(layer.name());
    }

    private void choose(List<Layer> wanted) {
        session.get().chooseLayers(wanted);
    }

    private static List<String> names(List<Layer> layers) {
        return layers.stream().map(Layer::name).toList();
    }
}
