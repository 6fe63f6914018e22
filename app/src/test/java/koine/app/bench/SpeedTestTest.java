package koine.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import koine.app.TestProfile;
import koine.app.chat.ScriptedEngines;
import koine.app.chat.ScriptedTokens;
import koine.app.chat.ScriptedTokens.Asked;
import koine.engine.client.EngineSpec;
import koine.i18n.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SpeedTestTest {
    /** As many as an engine that answers at once gets in the time for it. */
    private static final int WARM_UPS = 5;

    @TempDir
    Path home;

    private final ScriptedEngines engines = ScriptedEngines.saying();
    private final ScriptedTokens tokens = engines.tokens;
    private final List<Double> heard = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    private SpeedReport run(SpeedTest.Options options) throws Exception {
        try (var koine = TestProfile.open(home, engines)) {
            return koine.speedTest().run(options, "a processor", new SpeedTest.Progress() {
                @Override
                public void onLoad(double share) {}

                @Override
                public void onMeasure(double share) {
                    heard.add(share);
                }

                @Override
                public void onNotice(Problem notice) {
                    said.add(notice.code());
                }
            });
        }
    }

    @Test
    void reads_and_writes_as_many_tokens_as_asked_and_counts_all_rounds_but_those_that_warm_up() throws Exception {
        SpeedReport report = run(new SpeedTest.Options(null, 12, 7, 0, 1, 0, 3));
        assertEquals(2 * (WARM_UPS + 3), tokens.asked.size());
        for (int i = 0; i < tokens.asked.size(); i += 2) {
            assertEquals(new Asked(12, 1, null), tokens.asked.get(i));
            assertEquals(new Asked(1, 7, null), tokens.asked.get(i + 1));
        }
        assertEquals(3, report.repeats().size());
        assertEquals(12, report.firstTokenMillis(), 1e-9);
        assertEquals(List.of(0.25, 0.5, 0.75, 1.0), heard);
        assertEquals("a processor", report.device());
        assertNull(report.offloaded());
        assertEquals(List.of(), said);
        assertTrue(report.pack().contains("-"), report.pack());
        assertEquals(engines.acquired.get(), engines.released.get());
    }

    @Test
    void the_speeds_are_medians_of_the_rounds() {
        List<SpeedReport.Round> rounds = List.of(
                new SpeedReport.Round(10, 5, 3), new SpeedReport.Round(1, 7, 1), new SpeedReport.Round(4, 6, 2));
        SpeedTest.Options options = new SpeedTest.Options(null, 1, 1, 0, 1, 0, 3);
        SpeedReport report = SpeedReport.of(rounds, null, "pack", "device", null, "model", options);
        assertEquals(4, report.promptTokensPerSecond());
        assertEquals(6, report.generationTokensPerSecond());
        assertEquals(2, report.firstTokenMillis());
        SpeedReport even = SpeedReport.of(rounds.subList(1, 3), null, "pack", "device", null, "model", options);
        assertEquals(2.5, even.promptTokensPerSecond());
    }

    @Test
    void at_a_depth_the_beginning_is_known_before_anything_is_measured() throws Exception {
        SpeedReport report = run(new SpeedTest.Options(null, 5, 3, 20, 1, 0, 1));
        List<Asked> second = tokens.asked.subList(3, 6);
        String key = Objects.requireNonNull(second.getFirst().cacheKey());
        assertEquals(List.of(new Asked(20, 1, key), new Asked(25, 1, key), new Asked(20, 3, key)), second);
        assertTrue(tokens.asked.subList(0, 3).stream().noneMatch(asked -> key.equals(asked.cacheKey())));
        assertEquals(5, report.firstTokenMillis(), 1e-9);
    }

    @Test
    void parallel_streams_are_conversations_of_their_own() throws Exception {
        run(new SpeedTest.Options(null, 5, 3, 10, 4, 0, 1));
        assertEquals(12 * (WARM_UPS + 1), tokens.asked.size());
        assertEquals(
                4 * (WARM_UPS + 1),
                tokens.asked.stream().map(Asked::cacheKey).distinct().count());
    }

    @Test
    void the_engine_is_the_one_that_questions_go_to_unless_its_context_is_too_small() throws Exception {
        run(new SpeedTest.Options(null, 512, 128, 0, 4, 0, 1));
        assertEquals(0, spec().options().contextTokens());
        run(new SpeedTest.Options(null, 512, 128, 8000, 1, 2, 1));
        assertEquals(9216, spec().options().contextTokens());
        assertEquals(2, spec().options().threads());
    }

    private EngineSpec spec() {
        return engines.specs.getLast();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void peak_memory_is_that_of_a_process_and_what_it_started() throws Exception {
        long self = ProcessHandle.current().pid();
        OptionalLong alone = ProcessMemory.peakOfTree(self);
        assertTrue(alone.orElseThrow() > 10_000_000, alone.toString());
        Process child = new ProcessBuilder("sleep", "60").start();
        try {
            assertTrue(ProcessMemory.peakOfTree(self).orElseThrow() > alone.orElseThrow());
        } finally {
            child.destroyForcibly();
        }
        assertEquals(OptionalLong.empty(), ProcessMemory.peakOfTree(Long.MAX_VALUE));
    }
}
