package koine.ui.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import koine.app.PackOutcome;
import koine.app.Settings;
import koine.engine.client.PackProbe.Outcome;
import koine.engine.hardware.Placements;
import koine.engine.hardware.Placements.Seen;
import koine.engine.hardware.Wish;
import koine.engine.llama.Device;
import koine.engine.packs.Pack.Backend;
import koine.engine.packs.PackStore;
import koine.i18n.Problem;
import koine.ui.language.Texts;
import koine.ui.tasks.Failures;
import koine.ui.tasks.Tasks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What computes the models of this computer, and what a person wants to. Window's thread only. */
final class ComputeModel {
    private static final Logger LOG = LoggerFactory.getLogger(ComputeModel.class);

    private final Placements placements;
    private final PackStore packs;
    private final Settings settings;
    private final Tasks tasks;
    private final ReadOnlyObjectWrapper<Wish> wish;
    private final AtomicReference<Wish> unwritten;
    private final ReadOnlyObjectWrapper<Finding> finding =
            new ReadOnlyObjectWrapper<>(new Finding(State.LOOKING, List.of(), null));
    private boolean looking;

    enum State {
        LOOKING,
        FOUND,
        FAILED
    }

    /**
     * What is known of the packs.
     *
     * @param seen while looking, as it was before
     * @param problem of what failed
     */
    record Finding(State state, List<Seen> seen, @Nullable Problem problem) {}

    ComputeModel(Placements placements, PackStore packs, Settings settings, Tasks tasks) {
        this.placements = placements;
        this.packs = packs;
        this.settings = settings;
        this.tasks = tasks;
        Wish kept = new Wish(settings.device());
        this.wish = new ReadOnlyObjectWrapper<>(kept);
        this.unwritten = new AtomicReference<>(kept);
    }

    ReadOnlyObjectProperty<Wish> wish() {
        return wish.getReadOnlyProperty();
    }

    ReadOnlyObjectProperty<Finding> finding() {
        return finding.getReadOnlyProperty();
    }

    /** What can be chosen now; what has been chosen is among it, even when it is no longer there. */
    List<Wish> choices() {
        List<Wish> choices = new ArrayList<>(List.of(Wish.BEST, Wish.PROCESSOR));
        finding.get().seen().stream()
                .flatMap(Seen::graphics)
                .map(device -> device.description().strip())
                .filter(name -> !name.isEmpty())
                .map(Wish::new)
                .filter(device -> !choices.contains(device))
                .distinct()
                .forEach(choices::add);
        if (!choices.contains(wish.get())) {
            choices.add(wish.get());
        }
        return choices;
    }

    void choose(Wish wanted) {
        if (wanted.equals(wish.get())) {
            return;
        }
        wish.set(wanted);
        unwritten.set(wanted);
        tasks.run(this::write, done -> {}, this::failed);
    }

    /** Whichever thread comes last, the last choice is what is kept. */
    private boolean write() {
        synchronized (unwritten) {
            settings.setDevice(unwritten.get().device());
            return true;
        }
    }

    /** Finds out what is not known yet: a pack that is new, or all when a driver has changed. */
    void look() {
        look(false);
    }

    /** Has everything tried now. */
    void tryAgain() {
        look(true);
    }

    private void look(boolean again) {
        if (looking) {
            return;
        }
        looking = true;
        if (again || finding.get().state() != State.FOUND) {
            finding.set(new Finding(State.LOOKING, finding.get().seen(), null));
        }
        tasks.run(
                () -> placements.look(again),
                seen -> {
                    looking = false;
                    finding.set(new Finding(State.FOUND, seen, null));
                },
                e -> {
                    looking = false;
                    failed(e);
                });
    }

    private void failed(Exception e) {
        Problem problem = Failures.problem(e, LOG, "what computes could not be found out or kept");
        LOG.warn("what computes is not known: {}", problem.code());
        finding.set(new Finding(State.FAILED, List.of(), problem));
    }

    /** What computes and why; or that this is being found out, or why it cannot be. */
    String sentence(Texts texts) {
        Finding now = finding.get();
        Problem problem = now.problem();
        if (problem != null) {
            return texts.get(problem);
        }
        if (now.state() == State.LOOKING) {
            return texts.get("settings.compute.looking");
        }
        Device device = Placements.chosen(now.seen(), wish.get()).orElse(null);
        String wanted = wish.get().device();
        return texts.get(
                "settings.compute.now",
                Map.of(
                        "why",
                        device != null ? "device" : whyProcessor(now.seen()),
                        "device",
                        device != null ? device.description().strip() : wanted == null ? "" : wanted,
                        "lacking",
                        texts.formats().list(packs.lackingForBuiltIn())));
    }

    private String whyProcessor(List<Seen> seen) {
        List<Seen> graphics = seen.stream()
                .filter(one -> one.pack().pack().backend() != Backend.CPU)
                .toList();
        if (placements.usesBuiltIn(seen)) {
            return "builtIn";
        }
        if (Placements.noneUsable(seen) && !packs.lackingForBuiltIn().isEmpty()) {
            return "tooOld";
        }
        if (seen.isEmpty()) {
            return "nothing";
        }
        if (wish.get().equals(Wish.PROCESSOR)) {
            return "wished";
        }
        if (graphics.isEmpty()) {
            return "none";
        }
        if (!wish.get().equals(Wish.BEST)) {
            return "missing";
        }
        return graphics.stream().anyMatch(one -> went(one, Outcome.CRASHED))
                ? "crashed"
                : graphics.stream().anyMatch(one -> went(one, Outcome.HUNG))
                        ? "hung"
                        : graphics.stream().anyMatch(one -> one.result() == null) ? "untried" : "unusable";
    }

    private static boolean went(Seen pack, Outcome how) {
        return pack.result() != null && pack.result().outcome() == how;
    }

    /** How each pack went. */
    List<String> packs(Texts texts) {
        return finding.get().seen().stream()
                .map(seen -> PackOutcome.of(seen, texts.formats()))
                .map(outcome -> texts.get(outcome.key(), outcome.arguments()))
                .toList();
    }
}
