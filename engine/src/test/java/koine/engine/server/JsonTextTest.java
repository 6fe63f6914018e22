package koine.engine.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTextTest {
    private static int values(String json) throws ApiException {
        return JsonText.values(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"1|1", "[]|1", "[1,\"a,b\",null]|4", "{\"a\":{\"b\":[true]}}|6", "\"[1,1,1]\"|1"})
    void valuesAndNamesAreCounted(String json, int count) throws Exception {
        assertEquals(count, values(json));
    }

    @Test
    void soManyMayBeAndOneMoreIsRefused() throws Exception {
        String most = "[" + "1,".repeat(JsonText.MOST_VALUES - 2) + "1";
        assertEquals(200_000, values(most + "]"));
        ApiException refusal = assertThrows(ApiException.class, () -> values(most + ",1]"));
        assertEquals(400, refusal.status());
        assertEquals(
                "{\"error\":{\"code\":400,\"message\":\"the body has more than 200000 values\","
                        + "\"type\":\"invalid_request_error\"}}",
                refusal.body().toString());
    }
}
