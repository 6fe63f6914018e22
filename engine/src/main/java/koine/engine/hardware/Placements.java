package koine.engine.hardware;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import koine.engine.client.PackProbe;
import koine.engine.client.PackProbe.Outcome;
import koine.engine.files.FileState;
import koine.engine.files.Sha256;
import koine.engine.hardware.Placement.Step;
import koine.engine.llama.Device;
import koine.engine.llama.Offload;
import koine.engine.packs.BuiltInEngine;
import koine.engine.packs.InstalledPack;
import koine.engine.packs.Pack.Backend;
import koine.engine.packs.PackStore;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses what computes a model. Packs for graphics are tried once, in a process of their own, and the outcome is remembered
 * until a driver changes or somebody asks for another try; where a device cannot load a model, fewer layers are tried there,
 * then the processor, and that is remembered too, for this model on this device.
 *
 * <p>Any thread. A pack that was not tried yet is tried here, which takes half a second, or a driver's time to hang.
 */
public final class Placements {
    private static final Logger LOG = LoggerFactory.getLogger(Placements.class);

    /** The card's own interface before the general one. */
    private static final List<Backend> BEST_FIRST = List.of(Backend.CUDA, Backend.METAL, Backend.VULKAN);

    /** Problems of a start that a pack may be the reason of. */
    private static final Set<String> PERHAPS_THE_PACK =
            Set.of("KOINE-E101", "KOINE-E104", "KOINE-E105", "KOINE-E110", "KOINE-E111");

    /** Why no pack for graphics can be used. */
    private static final Set<String> OF_PACKS = Set.of("KOINE-G101", "KOINE-G102", "KOINE-G103");

    private final PackStore packs;
    private final Prober prober;
    private final Path memory;
    private final Drivers drivers;
    private final Supplier<Wish> wish;

    /** Packs that could not be used, by their folders; not written down, since a pack may be repaired at any time. */
    private final Map<Path, Broken> broken = new ConcurrentHashMap<>();

    /** By the packs' names; guards the file within this program, too. */
    private final Map<String, CompletableFuture<PackProbe.@Nullable Result>> probing = new HashMap<>();

    /** @param files what tells the pack from one that was put in its place since */
    private record Broken(String files, PackProbe.Result result) {}

    /** Tries a pack. */
    @FunctionalInterface
    public interface Prober {
        /** As {@link PackProbe#probe}. */
        PackProbe.Result probe(Path pack) throws IOException, InterruptedException;
    }

    /**
     * @param memory the file where outcomes are kept
     * @param wish asked for each model
     */
    public Placements(PackStore packs, Prober prober, Path memory, Drivers drivers, Supplier<Wish> wish) {
        this.packs = packs;
        this.prober = prober;
        this.memory = memory;
        this.drivers = drivers;
        this.wish = wish;
    }

    /**
     * A pack and how it went when it was tried.
     *
     * @param result null when its process could not be started
     */
    public record Seen(InstalledPack pack, PackProbe.@Nullable Result result) {
        /** Graphics cards, and graphics beside a processor, that can compute. */
        public Stream<Device> graphics() {
            return result == null || result.outcome() != Outcome.USABLE
                    ? Stream.empty()
                    : result.devices().stream()
                            .filter(device -> device.starts() && device.kind().isGraphics());
        }
    }

    private record Candidate(InstalledPack pack, Device device) {
        String name() {
            return device.description().strip();
        }
    }

    /** What is wished now. */
    public Wish wish() {
        return wish.get();
    }

    /**
     * Where a model goes first.
     *
     * @throws Problem {@code KOINE-A110} there is no engine at all, {@code KOINE-E108} the thread was interrupted
     */
    public Placement first(Path model) throws Problem {
        return first(model, false);
    }

    /** The same, also where a device was measured to be slower than the processor: to measure again. */
    public Placement firstWhateverIsSlower(Path model) throws Problem {
        return first(model, true);
    }

    private Placement first(Path model, boolean whateverIsSlower) throws Problem {
        Wish wanted = wish.get();
        if (wanted.equals(Wish.PROCESSOR)) {
            return onProcessor(null);
        }
        if (graphicsPacks().isEmpty()) {
            return onProcessor(wanted.names() ? missing(wanted) : null);
        }
        Tried tried = Tried.read(memory, drivers.fingerprint());
        List<Seen> seen;
        try {
            seen = look(graphicsPacks(), tried);
        } catch (IllegalStateException e) {
            LOG.error("packs could not be tried", e); // a fault of ours: the processor needs none of them
            return onProcessor(wanted.names() ? missing(wanted) : null);
        }
        Candidate best = best(seen, wanted).orElse(null);
        if (best == null) {
            return onProcessor(wanted.names() ? missing(wanted) : why(untold(seen)));
        }
        Tried.Left left = tried.steps().get(key(model, best));
        boolean merelySlower = left != null && left.code().equals(SLOWER);
        if (left == null || (merelySlower && (wanted.names() || whateverIsSlower))) {
            return on(best, Step.FITTING, null);
        }
        // what somebody has chosen is not overridden silently
        return on(best, left.step(), wanted.names() ? failed(best, left.step(), left.code()) : null);
    }

    /**
     * One step down.
     *
     * @param failed what could not be done
     * @param how the problem it had
     * @return null when there is nothing below
     */
    public @Nullable Placement below(Path model, Placement failed, Problem how) throws Problem {
        if (failed.step() == Step.PROCESSOR) {
            return belowProcessor(failed, how);
        }
        Candidate candidate = candidate(failed);
        if (candidate == null) {
            return null;
        }
        boolean mayFitHalf = failed.step() == Step.FITTING && !how.code().equals("KOINE-E105");
        Step step = mayFitHalf ? Step.HALF : Step.PROCESSOR;
        LOG.info("a device did not take a model: {}, next: {}", how.code(), step);
        return on(candidate, step, failed(candidate, step, how.code()));
    }

    /**
     * A pack is tried anew before it is given up, and given up until it is replaced, works when it is tried again, or the
     * program ends; all else that fails is not its doing.
     */
    private @Nullable Placement belowProcessor(Placement failed, Problem how) throws Problem {
        InstalledPack pack = installed(failed.pack());
        if (pack == null || !PERHAPS_THE_PACK.contains(how.code())) {
            return null;
        }
        PackProbe.Result result = probe(pack, drivers.fingerprint());
        if (result == null || result.outcome() == Outcome.USABLE) {
            return null;
        }
        LOG.warn("a pack cannot be used: {}, {}", pack.pack().id(), result.outcome());
        giveUp(pack, result);
        return onProcessor(failed.notice());
    }

    /** Of what was tried, what nobody has heard of. */
    private List<Seen> untold(List<Seen> seen) {
        Set<String> untold = Tried.read(memory, drivers.fingerprint()).untold();
        return seen.stream().filter(one -> untold.contains(name(one.pack()))).toList();
    }

    /** A person has heard why the processor computes: the notice of {@link #first} is not repeated. */
    public void told(Problem notice) {
        if (OF_PACKS.contains(notice.code())) {
            change(drivers.fingerprint(), tried -> tried.untold().clear());
        }
    }

    /** On the processor, whatever is wished. */
    public Placement processor() throws Problem {
        return onProcessor(null);
    }

    /**
     * Remembers whether the processor was measured to be quicker with a model than a device is.
     *
     * @param device else nothing is remembered
     */
    public void rememberSlower(Path model, Placement device, boolean slower) {
        Candidate candidate = candidate(device);
        if (candidate == null) {
            return;
        }
        String key = key(model, candidate);
        change(drivers.fingerprint(), tried -> {
            Tried.Left left = tried.steps().get(key);
            if (slower && left == null) {
                tried.steps().put(key, new Tried.Left(Step.PROCESSOR, SLOWER));
            } else if (!slower && left != null && left.code().equals(SLOWER)) {
                tried.steps().remove(key);
            }
        });
    }

    /** Remembers that a device does not do more than this for a model. */
    public void remember(Path model, Placement failed, Placement instead, Problem how) {
        Candidate candidate = candidate(failed);
        if (candidate != null) {
            // another program may have come further down
            change(
                    drivers.fingerprint(),
                    tried -> tried.steps()
                            .merge(
                                    key(model, candidate),
                                    new Tried.Left(ofDevice(instead.step()), how.code()),
                                    (there, here) -> there.step().compareTo(here.step()) > 0 ? there : here));
        }
    }

    /**
     * Every pack that can be used by itself, and how it goes.
     *
     * @param again whether all are tried now, and what is remembered of models is forgotten; else only new ones
     */
    public List<Seen> look(boolean again) throws Problem {
        String now = drivers.fingerprint();
        if (again) {
            synchronized (probing) {
                Tried.nothing(now).write(memory);
            }
            broken.clear();
        }
        List<Seen> seen = look(wholePacks(), Tried.read(memory, now));
        if (!Tried.read(memory, now).untold().isEmpty()) {
            change(now, tried -> tried.untold().clear()); // whoever looks shows it
        }
        return seen;
    }

    /** Whether models run with the engine that comes with the program, since none of those seen can be used. */
    public boolean usesBuiltIn(List<Seen> seen) {
        return packs.builtIn().isPresent() && noneUsable(seen);
    }

    /** Whether no pack is left to compute with. */
    public static boolean noneUsable(List<Seen> seen) {
        return seen.stream()
                .allMatch(one -> one.result() != null && one.result().outcome() != Outcome.USABLE);
    }

    /** The best device of those seen. @return empty when it is the processor's work */
    public Optional<Device> chosen(List<Seen> seen) {
        return chosen(seen, wish.get());
    }

    /** As {@link #chosen(List)}, if that was wanted. */
    public static Optional<Device> chosen(List<Seen> seen, Wish wanted) {
        return wanted.equals(Wish.PROCESSOR)
                ? Optional.empty()
                : best(seen, wanted).map(Candidate::device);
    }

    private List<Seen> look(List<InstalledPack> installed, Tried tried) throws Problem {
        List<Seen> seen = new ArrayList<>();
        for (InstalledPack pack : installed) {
            PackProbe.Result known = known(pack, tried);
            seen.add(new Seen(pack, known == null ? probe(pack, tried.drivers()) : known));
        }
        return seen;
    }

    /**
     * One try of a pack at a time, on a thread of its own: whoever waits may be stopped, and what comes of it is remembered
     * all the same.
     */
    private PackProbe.@Nullable Result probe(InstalledPack pack, String now) throws Problem {
        CompletableFuture<PackProbe.@Nullable Result> running;
        synchronized (probing) {
            running = probing.computeIfAbsent(name(pack), _ -> {
                // no pool: a driver may keep its thread for as long as it likes
                return CompletableFuture.supplyAsync(
                        () -> probeAndKeep(pack, now),
                        work -> Thread.ofPlatform()
                                .name("koine-pack-probe")
                                .daemon()
                                .start(work));
            });
        }
        try {
            return running.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem("KOINE-E108", Map.of(), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private PackProbe.@Nullable Result probeAndKeep(InstalledPack pack, String now) {
        try {
            PackProbe.Result result = prober.probe(pack.folder());
            if (result.outcome() == Outcome.USABLE) {
                broken.remove(pack.folder());
            }
            if (result.outcome() == Outcome.USABLE || isForGraphics(pack)) {
                change(now, tried -> {
                    tried.packs().put(name(pack), result);
                    tried.untold().add(name(pack));
                });
            } else {
                giveUp(pack, result);
                change(now, tried -> tried.packs().remove(name(pack)));
            }
            return result;
        } catch (IOException e) {
            // its message names folders
            LOG.warn("no probe could be started: {}", e.getClass().getSimpleName());
            return null;
        } catch (InterruptedException e) {
            return null; // nobody interrupts this thread
        } finally {
            synchronized (probing) {
                probing.remove(name(pack));
            }
        }
    }

    private void change(String now, Consumer<Tried> how) {
        synchronized (probing) {
            Tried tried = Tried.read(memory, now);
            how.accept(tried);
            tried.write(memory);
        }
    }

    private List<InstalledPack> wholePacks() {
        return packs.installed().stream()
                .filter(one -> one.pack().extendedPack() == null)
                .toList();
    }

    private List<InstalledPack> graphicsPacks() {
        return wholePacks().stream().filter(Placements::isForGraphics).toList();
    }

    private static boolean isForGraphics(InstalledPack pack) {
        return BEST_FIRST.contains(pack.pack().backend());
    }

    /** Of the same device, which several packs may know, by its own interface rather than the general one. */
    private static Optional<Candidate> best(List<Seen> seen, Wish wanted) {
        List<Candidate> all = seen.stream()
                .flatMap(one -> one.graphics().map(device -> new Candidate(one.pack(), device)))
                .filter(one -> !wanted.names() || one.name().equals(wanted.device()))
                .toList();
        return all.stream()
                .min(Comparator.comparingInt((Candidate one) -> one.device().kind() == Device.Kind.GRAPHICS ? 0 : 1)
                        .thenComparingLong(one -> -one.device().totalBytes()))
                .flatMap(best -> all.stream()
                        .filter(one -> one.name().equals(best.name()))
                        .min(Comparator.comparingInt(
                                one -> BEST_FIRST.indexOf(one.pack().pack().backend()))));
    }

    private @Nullable Candidate candidate(Placement placement) {
        Device device = placement.device();
        InstalledPack pack = installed(placement.pack());
        return device == null || pack == null ? null : new Candidate(pack, device);
    }

    private @Nullable InstalledPack installed(Path folder) {
        return packs.installed().stream()
                .filter(one -> one.folder().equals(folder))
                .findFirst()
                .orElse(null);
    }

    /**
     * With the pack for it; else with another that works, for all have a processor's part; else without a pack. Whoever has
     * chosen the processor has no driver loaded: then a pack that was not tried yet is none that works.
     */
    private Placement onProcessor(@Nullable Problem notice) throws Problem {
        Path usual = packs.usual();
        if (!BuiltInEngine.isIn(usual) && !isBroken(usual)) {
            return new Placement(usual, null, null, Step.PROCESSOR, notice);
        }
        boolean mayTry = !wish.get().equals(Wish.PROCESSOR);
        Tried tried = Tried.read(memory, drivers.fingerprint());
        for (InstalledPack pack : wholePacks()) {
            PackProbe.Result result = known(pack, tried);
            if (result == null && (mayTry || !isForGraphics(pack))) {
                result = probe(pack, tried.drivers());
            }
            if (result != null && result.outcome() == Outcome.USABLE) {
                return new Placement(pack.folder(), null, null, Step.PROCESSOR, notice);
            }
        }
        return packs.builtIn()
                .map(folder -> new Placement(folder, null, null, Step.BUILT_IN, notice))
                .orElseGet(() -> new Placement(usual, null, null, Step.PROCESSOR, notice));
    }

    /** How a pack went, as far as that is known. @return null when it was not tried */
    private PackProbe.@Nullable Result known(InstalledPack pack, Tried tried) {
        Broken known = isBroken(pack.folder()) ? broken.get(pack.folder()) : null;
        return known == null ? tried.packs().get(name(pack)) : known.result();
    }

    private void giveUp(InstalledPack pack, PackProbe.Result result) {
        broken.put(pack.folder(), new Broken(files(pack.folder()), result));
    }

    private boolean isBroken(Path folder) {
        Broken known = broken.get(folder);
        return known != null && known.files().equals(files(folder));
    }

    /** Adding a pack puts another folder there. */
    private static String files(Path folder) {
        try {
            return FileState.of(folder)
                    + Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return "";
        }
    }

    /** What a device is left with does not say which engine the processor has. */
    private static Step ofDevice(Step step) {
        return step == Step.BUILT_IN ? Step.PROCESSOR : step;
    }

    private Placement on(Candidate one, Step left, @Nullable Problem notice) throws Problem {
        Step step = ofDevice(left);
        if (step == Step.PROCESSOR) {
            return onProcessor(notice);
        }
        Device device = one.device();
        long room = device.kind() == Device.Kind.GRAPHICS ? device.freeBytes() : 0;
        Offload offload = new Offload(
                device.name(),
                device.description(),
                step == Step.HALF ? Offload.HALF : Offload.FITTING,
                Math.max(0, room));
        return new Placement(one.pack().folder(), device, offload, step, notice);
    }

    private static Problem failed(Candidate one, Step step, String code) {
        return new Problem(
                code.equals(LOST) ? LOST : "KOINE-G106",
                Map.of("device", one.name(), "step", step == Step.HALF ? "half" : "processor"));
    }

    /** The code of a device's death in the middle of an answer. */
    public static final String LOST = "KOINE-G107";

    /** In the place of a problem's code: it works, but the processor works better. */
    private static final String SLOWER = "slower";

    private static Problem missing(Wish wanted) {
        return new Problem("KOINE-G108", Map.of("device", String.valueOf(wanted.device())));
    }

    /** Why no device of a pack for graphics computes: the worst that happened. */
    private static @Nullable Problem why(List<Seen> seen) {
        return Stream.of(Outcome.CRASHED, Outcome.HUNG, Outcome.REFUSED, Outcome.USABLE)
                .flatMap(outcome -> seen.stream()
                        .filter(one -> one.result() != null && one.result().outcome() == outcome))
                .findFirst()
                .map(one -> problem(one.pack(), one.result()))
                .orElse(null);
    }

    private static @Nullable Problem problem(InstalledPack pack, PackProbe.@Nullable Result result) {
        if (result == null) {
            return null;
        }
        return switch (result.outcome()) {
            case CRASHED -> new Problem("KOINE-G101", Map.of("pack", pack.pack().id()));
            case HUNG -> new Problem("KOINE-G102", Map.of("pack", pack.pack().id()));
            case REFUSED, USABLE ->
                new Problem(
                        "KOINE-G103",
                        Map.of(
                                "pack",
                                pack.pack().id(),
                                "needs",
                                String.join(", ", pack.pack().needs())));
        };
    }

    private static String name(InstalledPack pack) {
        return pack.pack().folderName();
    }

    /** A file that was replaced is another model; its path is nobody's business. */
    private static String key(Path model, Candidate one) {
        String file;
        try {
            file = FileState.of(model);
        } catch (IOException e) {
            file = model.toString();
        }
        return Sha256.of(file, 16) + " " + name(one.pack()) + " " + one.device().name() + " " + one.name();
    }
}
