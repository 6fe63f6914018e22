package koine.app.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import koine.app.Koine;
import koine.app.TestProfile;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.engine.door.ServedModels;
import koine.i18n.Problem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreModelsTest {
    @TempDir
    Path home;

    private final ScriptedEngines scripted = ScriptedEngines.saying("fine");
    private final List<EngineLease> lost = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    private final Engines engines = new Engines() {
        @Override
        public EngineLease acquire(EngineSpec spec, LoadListener listener) throws Problem {
            return scripted.acquire(spec, listener);
        }

        @Override
        public boolean lost(EngineLease lease) {
            return lost.add(lease);
        }
    };

    private Koine koine;
    private StoreModels served;
    private ServedModels.Model model;

    @BeforeEach
    void open() throws Problem {
        koine = TestProfile.open(home, scripted);
        served = new StoreModels(
                koine.models(), koine.settings(), koine.packs()::plain, engines, notice -> said.add(notice.code()));
        model = served.model(null);
    }

    @AfterEach
    void close() {
        served.close();
        koine.close();
    }

    @Test
    void anEngineServesUntilItDies() throws Problem {
        EngineLease first = served.engine(model);
        assertSame(first, served.engine(model));
        scripted.endAll();
        assertNotSame(first, served.engine(model));
    }

    @Test
    void oneThatBrokeOffIsLostOnlyIfItIsGone() throws Problem {
        EngineLease engine = served.engine(model);
        served.brokeOff(engine);
        assertEquals(List.of(), lost, "only the request failed");
        scripted.endAll();
        served.brokeOff(engine);
        assertEquals(List.of(engine), lost);
        served.withUsual(model.id()).brokeOff(engine);
        assertEquals(List.of(engine, engine), lost);
    }

    @Test
    void oneThatWasReplacedMeanwhileIsLostAllTheSame() throws Problem {
        EngineLease gone = served.engine(model);
        scripted.endAll();
        served.engine(model);
        served.brokeOff(gone);
        assertEquals(List.of(gone), lost);
    }

    @Test
    void aPersonHearsOnceWhatThereIsToKnow() throws Problem {
        scripted.notice = new Problem("KOINE-G106", Map.of("device", "a card", "step", "processor"));
        served.engine(model);
        scripted.endAll();
        served.engine(model);
        assertEquals(List.of("KOINE-G106"), said);
        scripted.endAll();
        scripted.notice = new Problem("KOINE-G106", Map.of("device", "a card", "step", "half"));
        served.engine(model);
        assertEquals(List.of("KOINE-G106", "KOINE-G106"), said, "another one");
    }
}
