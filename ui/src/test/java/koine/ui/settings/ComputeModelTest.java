package koine.ui.settings;

import static koine.ui.testing.FakePacks.CUDA;
import static koine.ui.testing.FakePacks.PROCESSOR;
import static koine.ui.testing.FakePacks.VULKAN;
import static koine.ui.testing.FakePacks.ended;
import static koine.ui.testing.FakePacks.usable;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import koine.engine.client.PackProbe;
import koine.engine.client.PackProbe.Outcome;
import koine.engine.hardware.Wish;
import koine.engine.llama.Device;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.settings.ComputeModel.State;
import koine.ui.tasks.Tasks;
import koine.ui.testing.FakePacks;
import koine.ui.testing.MemoryAssistant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ComputeModelTest {
    private static final Device CHIP = FakePacks.device("A chip", Device.Kind.PROCESSOR);
    private static final Device CARD = FakePacks.device("A card ", Device.Kind.GRAPHICS);
    private static final Wish THE_CARD = new Wish("A card");

    @TempDir
    Path home;

    private MemoryAssistant assistant = new MemoryAssistant(Path.of("unused"));
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final Tasks tasks = new Tasks(waiting::add, Runnable::run, (delay, work) -> {}, () -> 0);
    private final Texts english = new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC);

    @BeforeEach
    void profile() {
        assistant = new MemoryAssistant(home);
        assistant.packs.install(PROCESSOR, usable(CHIP));
    }

    private ComputeModel model() {
        return new ComputeModel(assistant.placements(), assistant.packs(), assistant, tasks);
    }

    private ComputeModel looked() {
        ComputeModel model = model();
        model.look();
        work();
        return model;
    }

    private void work() {
        while (!waiting.isEmpty()) {
            waiting.pop().run();
        }
    }

    @Test
    void whatIsChosenIsKept() {
        assistant.packs.install(VULKAN, usable(CARD, CHIP));
        ComputeModel model = looked();
        assertEquals(List.of(Wish.BEST, Wish.PROCESSOR, THE_CARD), model.choices());
        assertTrue(model.sentence(english).startsWith("A card computes"), model.sentence(english));
        model.choose(Wish.PROCESSOR);
        work();
        assertEquals(Wish.PROCESSOR_WORD, assistant.device());
        assertEquals("The processor computes, as chosen here.", model.sentence(english));
        model.choose(THE_CARD);
        work();
        assertEquals("A card", assistant.device());
        model.choose(Wish.BEST);
        work();
        assertNull(assistant.device());
        assertEquals(List.of(PROCESSOR, VULKAN), assistant.packs.tried, "a choice has nothing tried");
    }

    @Test
    void oneCardInTwoPacksIsOneChoice() {
        assistant.packs.install(VULKAN, usable(CARD, CHIP)).install(CUDA, usable(CARD, CHIP));
        assertEquals(List.of(Wish.BEST, Wish.PROCESSOR, THE_CARD), looked().choices());
    }

    @Test
    void theLastOfQuickChoicesIsKeptWhicheverThreadComesFirst() {
        ComputeModel model = looked();
        model.choose(Wish.PROCESSOR);
        model.choose(Wish.BEST);
        waiting.removeLast().run();
        waiting.removeLast().run();
        assertNull(assistant.device());
    }

    @Test
    void aChosenDeviceThatIsNoLongerThereStaysChosen() {
        assistant.packs.install(VULKAN, usable(CARD, CHIP));
        assistant.setDevice("An old card");
        ComputeModel model = model();
        assertEquals(List.of(Wish.BEST, Wish.PROCESSOR, new Wish("An old card")), model.choices());
        model.look();
        work();
        assertEquals(List.of(Wish.BEST, Wish.PROCESSOR, THE_CARD, new Wish("An old card")), model.choices());
        assertEquals(new Wish("An old card"), model.wish().get());
        assertTrue(model.sentence(english).startsWith("An old card, which you have chosen"), model.sentence(english));
        assertEquals("An old card", assistant.device());
    }

    @Test
    void whatWasFoundOutIsNotTriedASecondTimeUnlessAskedFor() {
        assistant.packs.install(VULKAN, ended(Outcome.CRASHED, null));
        ComputeModel model = looked();
        model.look();
        assertEquals(State.FOUND, model.finding().get().state(), "what is known stays on the screen");
        work();
        looked();
        assertEquals(List.of(PROCESSOR, VULKAN), assistant.packs.tried);

        assistant.packs.install(VULKAN, usable(CARD, CHIP));
        model.tryAgain();
        assertEquals("Looking for what can compute…", model.sentence(english));
        work();
        assertEquals(List.of(PROCESSOR, VULKAN, PROCESSOR, VULKAN), assistant.packs.tried);
        assertTrue(model.sentence(english).startsWith("A card computes"), model.sentence(english));
        assertEquals(
                List.of("linux-x64: can compute on A chip", "linux-x64-vulkan: can compute on A card and A chip"),
                model.packs(english));
    }

    @Test
    void aDoubleClickTriesOnce() {
        ComputeModel model = looked();
        model.tryAgain();
        model.tryAgain();
        model.look();
        assertEquals(1, waiting.size());
        work();
        model.tryAgain();
        assertEquals(1, waiting.size());
    }

    @Test
    void aChoiceMadeWhileLookingCounts() {
        assistant.packs.install(VULKAN, usable(CARD, CHIP));
        ComputeModel model = model();
        model.look();
        model.choose(Wish.PROCESSOR);
        assertEquals("Looking for what can compute…", model.sentence(english));
        work();
        assertEquals("The processor computes, as chosen here.", model.sentence(english));
    }

    @Test
    void aFailureIsSaidAndCanBeTriedAgain() {
        assistant.packs.before = () -> {
            throw new IllegalStateException("on purpose");
        };
        ComputeModel model = looked();
        assertTrue(model.sentence(english).contains("KOINE-A901"), model.sentence(english));
        assistant.packs.before = () -> {};
        model.tryAgain();
        work();
        assertEquals(State.FOUND, model.finding().get().state());
    }

    /** How a pack for graphics went, or what else there is to say; and what the English sentence is known by. */
    enum Story {
        NOTHING("with the older engine"),
        BROKEN("with the older engine"),
        NOTHING_AND_OLD("it lacks AVX2"),
        BROKEN_AND_OLD("it lacks AVX2"),
        OLD("no pack for graphics cards"),
        NONE("no pack for graphics cards"),
        DEVICE("as much of each model as fits"),
        WISHED("as chosen here"),
        MISSING("which you have chosen"),
        CRASHED("crashed"),
        CRASHED_WITH_DEVICE("crashed"),
        HUNG("did not answer"),
        HUNG_WITH_DEVICE("did not answer"),
        UNTRIED("could not be tried"),
        REFUSED("found no graphics card"),
        WITHOUT("found no graphics card");

        private final String known;

        Story(String known) {
            this.known = known;
        }

        private PackProbe.@Nullable Result result() {
            return switch (this) {
                case CRASHED -> ended(Outcome.CRASHED, null);
                case CRASHED_WITH_DEVICE -> ended(Outcome.CRASHED, "A card");
                case HUNG -> ended(Outcome.HUNG, null);
                case HUNG_WITH_DEVICE -> ended(Outcome.HUNG, "A card");
                case REFUSED, BROKEN, BROKEN_AND_OLD -> ended(Outcome.REFUSED, null);
                case WITHOUT -> usable(CHIP);
                case UNTRIED -> null;
                default -> usable(CARD, CHIP);
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Story.class)
    void eachOutcomeHasItsSentenceInEachLanguage(Story story) {
        MemoryAssistant told = new MemoryAssistant(home.resolve("told"));
        told.packs.old = story.name().endsWith("OLD");
        boolean nothing = story == Story.NOTHING || story == Story.NOTHING_AND_OLD;
        boolean broken = story == Story.BROKEN || story == Story.BROKEN_AND_OLD;
        boolean alone = story == Story.NONE || story == Story.OLD;
        if (!nothing) {
            told.packs.install(PROCESSOR, broken ? ended(Outcome.CRASHED, null) : usable(CHIP));
            if (!alone) {
                told.packs.install(VULKAN, story.result());
            }
        }
        told.setDevice(story == Story.WISHED ? Wish.PROCESSOR_WORD : story == Story.MISSING ? "An old card" : null);
        assistant = told;
        ComputeModel model = looked();

        assertTrue(model.sentence(english).contains(story.known), model.sentence(english));
        int packs = nothing ? 0 : alone ? 1 : 2;
        Set<String> sentences = new HashSet<>();
        Set<String> lines = new HashSet<>();
        for (Texts texts : languages()) {
            sentences.add(model.sentence(texts));
            assertEquals(packs, model.packs(texts).size());
            lines.addAll(model.packs(texts));
            List<String> all = new ArrayList<>(model.packs(texts));
            all.add(model.sentence(texts));
            assertTrue(all.stream().noneMatch(text -> text.isBlank() || text.contains("{")), all.toString());
        }
        assertEquals(3, sentences.size(), sentences.toString());
        assertEquals(3 * packs, lines.size(), lines.toString());
    }

    private static List<Texts> languages() {
        return Stream.of(UiLanguage.values())
                .map(language -> new Texts(language, ZoneOffset.UTC))
                .toList();
    }
}
