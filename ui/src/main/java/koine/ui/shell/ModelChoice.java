package koine.ui.shell;

import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import koine.app.Settings;
import koine.app.chat.ChatOptions;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import koine.ui.tasks.Tasks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which of the models on this computer answers. Window's thread only. */
public final class ModelChoice {
    private static final Logger LOG = LoggerFactory.getLogger(ModelChoice.class);
    private final ModelStore store;
    private final Settings settings;
    private final Tasks tasks;
    private final @Nullable String answerLanguage;
    private final ObservableList<InstalledModel> installed = FXCollections.observableArrayList();
    private final ReadOnlyObjectWrapper<@Nullable InstalledModel> current = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyObjectWrapper<@Nullable Problem> problem = new ReadOnlyObjectWrapper<>();

    /** @param answerLanguage stored with the answers; null is not known */
    public ModelChoice(ModelStore store, Settings settings, Tasks tasks, @Nullable String answerLanguage) {
        this.answerLanguage = answerLanguage;
        this.store = store;
        this.settings = settings;
        this.tasks = tasks;
    }

    public ObservableList<InstalledModel> installed() {
        return installed;
    }

    /** The model that answers; null until it is known, or when there is none. */
    public ReadOnlyObjectProperty<@Nullable InstalledModel> current() {
        return current.getReadOnlyProperty();
    }

    /** Why no model can answer. */
    public ReadOnlyObjectProperty<@Nullable Problem> problem() {
        return problem.getReadOnlyProperty();
    }

    public ChatOptions options() {
        return optionsOf(settings.model());
    }

    ChatOptions optionsOf(InstalledModel model) {
        return optionsOf(model.id());
    }

    private ChatOptions optionsOf(@Nullable String model) {
        ChatOptions none = ChatOptions.DEFAULT;
        return new ChatOptions(model, answerLanguage, none.system(), none.sampling(), none.maxTokens(), none.save());
    }

    /** The name of a model by its id, or the id when it is no longer here. */
    public String nameOf(String id) {
        return installed.stream()
                .filter(one -> one.id().equals(id))
                .map(InstalledModel::name)
                .findFirst()
                .orElse(id);
    }

    public void refresh() {
        tasks.run(store::installed, installed::setAll, e -> LOG.error("the models could not be listed", e));
        tasks.run(this::find, this::found, e -> {
            current.set(null);
            if (e instanceof Problem known) {
                problem.set(known);
            } else {
                LOG.error("the model could not be found", e);
            }
        });
    }

    public void choose(InstalledModel model) {
        found(model);
        tasks.background(() -> settings.setModel(model.id()));
    }

    private void found(InstalledModel model) {
        problem.set(null);
        current.set(model);
    }

    private InstalledModel find() throws Problem {
        String chosen = settings.model();
        return chosen == null ? store.preferred() : store.resolve(chosen);
    }
}
