package koine.ui.testing;

import java.util.ArrayList;
import java.util.List;
import koine.app.bench.SpeedSearch;
import koine.engine.speed.MeasuredSpeed.Found;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** A search that finds what the test wants it to find. */
public final class FakeSpeed implements SpeedSearch {
    /** What happens while it measures. */
    @FunctionalInterface
    public interface Script {
        Found run(Progress progress) throws Problem;
    }

    public @Nullable Found known;
    public Script script = progress -> {
        throw new AssertionError("nothing is to be measured");
    };

    /** Models that were looked up, and those that were measured. */
    public final List<String> looked = new ArrayList<>();

    public final List<String> measured = new ArrayList<>();

    @Override
    public Report known(@Nullable String model) {
        looked.add(String.valueOf(model));
        return new Report(MemoryAssistant.starter(), null, known);
    }

    @Override
    public boolean forget(@Nullable String model) {
        boolean there = known != null;
        known = null;
        return there;
    }

    @Override
    public Report run(Options options, Progress progress) throws Problem {
        measured.add(String.valueOf(options.model()));
        known = script.run(progress);
        return new Report(MemoryAssistant.starter(), null, known);
    }
}
