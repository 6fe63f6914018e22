package koine.ui.settings;

import java.util.List;
import java.util.Map;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import koine.app.bench.SpeedSearch;
import koine.app.bench.SpeedWords;
import koine.engine.speed.MeasuredSpeed.Found;
import koine.engine.speed.Trial.Kind;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import koine.ui.language.Texts;
import koine.ui.tasks.Failures;
import koine.ui.tasks.Tasks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What makes the chosen model write more quickly here: known, being measured, or not. Window's thread only. */
final class SpeedModel {
    private static final Logger LOG = LoggerFactory.getLogger(SpeedModel.class);

    private final SpeedSearch search;
    private final Tasks tasks;
    private final ReadOnlyObjectWrapper<State> state = new ReadOnlyObjectWrapper<>(new Unknown());
    private @Nullable InstalledModel model;
    private final ReadOnlyBooleanWrapper stopping = new ReadOnlyBooleanWrapper();
    private volatile boolean unwanted;

    sealed interface State {}

    /** Not looked for yet, or there is no model. */
    record Unknown() implements State {}

    /** @param found null when it was never measured */
    record Known(@Nullable Found found) implements State {}

    /**
     * @param kind null while an engine is loaded
     * @param draft name of the draft model's file
     * @param share of this, 0 to 1
     */
    record Measuring(@Nullable Kind kind, @Nullable String draft, double share) implements State {}

    record Failed(Problem problem) implements State {}

    SpeedModel(SpeedSearch search, Tasks tasks) {
        this.search = search;
        this.tasks = tasks;
    }

    ReadOnlyObjectProperty<State> state() {
        return state.getReadOnlyProperty();
    }

    /** Whether it ends as soon as it can. */
    ReadOnlyBooleanProperty stopping() {
        return stopping.getReadOnlyProperty();
    }

    boolean isMeasuring() {
        return state.get() instanceof Measuring;
    }

    /** Of which model it is; a measurement goes on with the one it began with. */
    void show(@Nullable InstalledModel chosen) {
        model = chosen;
        if (isMeasuring()) {
            return;
        }
        if (chosen == null) {
            state.set(new Unknown());
            return;
        }
        tasks.run(
                () -> search.known(chosen.id()),
                report -> {
                    if (chosen.equals(model) && !isMeasuring()) {
                        state.set(new Known(report.found()));
                    }
                },
                e -> {
                    if (chosen.equals(model) && !isMeasuring()) {
                        failed(e);
                    }
                });
    }

    void measure() {
        InstalledModel chosen = model;
        if (chosen == null || isMeasuring()) {
            return;
        }
        unwanted = false;
        state.set(new Measuring(null, null, 0));
        tasks.run(
                () -> search.run(new SpeedSearch.Options(chosen.id(), null), new Hearing()),
                report -> {
                    stopping.set(false);
                    state.set(new Known(report.found()));
                    if (!chosen.equals(model)) {
                        show(model);
                    }
                },
                e -> {
                    stopping.set(false);
                    if (unwanted) {
                        state.set(new Unknown());
                        show(model);
                    } else {
                        failed(e);
                    }
                });
    }

    /** Ends what is being measured, after the answer that is being written. */
    void stop() {
        unwanted = true;
        stopping.set(isMeasuring());
    }

    private final class Hearing implements SpeedSearch.Progress {
        @Override
        public void onLoad(double share) {
            tell(new Measuring(null, null, share));
        }

        @Override
        public void onTrial(Kind kind, @Nullable String draft, double share) {
            tell(new Measuring(kind, draft, share));
        }

        @Override
        public void onNotice(Problem notice) {
            LOG.info("an engine that is measured says: {}", notice.code());
        }

        @Override
        public boolean isUnwanted() {
            return unwanted;
        }

        private void tell(Measuring now) {
            tasks.ui(() -> {
                if (isMeasuring()) {
                    state.set(now);
                }
            });
        }
    }

    private void failed(Exception e) {
        state.set(new Failed(Failures.problem(e, LOG, "what makes a model quicker could not be found out")));
    }

    /** How it stands, in a sentence. */
    String sentence(Texts texts) {
        return switch (state.get()) {
            case Unknown _ -> "";
            case Known(Found found) ->
                found == null ? texts.get("settings.speed.never") : words(texts).sum(found, texts.formats());
            case Measuring(Kind kind, String draft, double share) ->
                kind == null
                        ? texts.get("cli.loading", Map.of("share", share))
                        : texts.get(
                                "cli.measure.trying",
                                Map.of("what", words(texts).kind(kind, draft), "share", share));
            case Failed(Problem problem) -> texts.get(problem);
        };
    }

    /** What was tried. @param outcome how it went */
    record Row(String what, String outcome) {}

    List<Row> trials(Texts texts) {
        if (!(state.get() instanceof Known(Found found)) || found == null) {
            return List.of();
        }
        SpeedWords words = words(texts);
        return found.trials().stream()
                .map(trial -> new Row(words.kind(trial.kind(), trial.draft()), words.outcome(trial)))
                .toList();
    }

    private static SpeedWords words(Texts texts) {
        return new SpeedWords(texts::get);
    }
}
