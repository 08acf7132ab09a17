package io.lorafleet.gateway.generation;

import static io.lorafleet.gateway.generation.Samples.NOTHING_BUT_A_PROMPT;
import static io.lorafleet.gateway.generation.Samples.NOW;
import static io.lorafleet.gateway.generation.Samples.ready;
import static io.lorafleet.gateway.generation.Samples.style;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.adapter.AdapterRegistry;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.SamplerName;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmissionRulesTest {
    private final ModelDirectory models = new ModelDirectory();
    private final AdapterRegistry adapters = new AdapterRegistry();
    private final AdmissionRules rules =
            new AdmissionRules(Samples.LIMITS, models, adapters, new Random(1), Clock.fixed(NOW, ZoneOffset.UTC));

    @BeforeEach
    void announceAModel() {
        models.apply(ready());
    }

    @Test
    void takesFromTheModelWhatTheOrderLeavesOpen() {
        GenerateImage request = admitted(NOTHING_BUT_A_PROMPT);
        assertThat(request)
                .usingRecursiveComparison()
                .ignoringFields("requestId", "seed")
                .isEqualTo(Samples.request("any"));
    }

    @Test
    void drawsAnotherSeedForEachRequest() {
        assertThat(admitted(NOTHING_BUT_A_PROMPT).seed())
                .isNotEqualTo(admitted(NOTHING_BUT_A_PROMPT).seed());
    }

    @Test
    void pinsTheNewestVersionOfAnAdapter() {
        adapters.apply(style("ink", 2));
        adapters.apply(style("ink", 1));
        assertThat(admitted(withAdapter("ink")).adapter()).hasToString("ink@2");
        assertThat(admitted(withAdapter("ink@1")).adapter()).hasToString("ink@1");
    }

    @Test
    void namesTheAdaptersThatThereAre() {
        adapters.apply(style("ink", 1));
        assertThat(rules.admit(withAdapter("oil"))).isEqualTo(new Admission.UnknownAdapter("oil", List.of("ink")));
        assertThat(rules.admit(withAdapter("ink@2"))).isInstanceOf(Admission.UnknownAdapter.class);
    }

    @Test
    void admitsNothingBeforeAWorkerAnnouncedItsModel() {
        AdmissionRules noWorker =
                new AdmissionRules(Samples.LIMITS, new ModelDirectory(), adapters, new Random(1), Clock.systemUTC());
        assertThat(noWorker.admit(NOTHING_BUT_A_PROMPT)).isEqualTo(new Admission.NoModel());
    }

    @ParameterizedTest
    @CsvSource({
        "0, ddim, 64, 64, 0, 1, steps",
        "201, ddim, 64, 64, 0, 1, steps",
        "20, heun, 64, 64, 0, 1, sampler",
        "20, ddim, 60, 64, 0, 1, width",
        "20, ddim, 0, 64, 0, 1, width",
        "20, ddim, 64, 4104, 0, 1, height",
        "20, ddim, 2048, 1024, 0, 1, width * height",
        "20, ddim, 64, 64, -1, 1, seed",
        "20, ddim, 64, 64, 4294967296, 1, seed",
        "20, ddim, 64, 64, 4294967295, 2, seed",
        "20, ddim, 64, 64, 0, 0, count",
        "20, ddim, 64, 64, 0, 9, count",
    })
    void refusesAFieldOutOfRange(
            int steps, String sampler, int width, int height, long seed, int count, String badField) {
        GenerationOrder order =
                new GenerationOrder("a", null, null, null, null, steps, sampler, width, height, seed, count);
        assertThat(refused(order)).extracting(BadField::field).containsExactly(badField);
    }

    @Test
    void takesFieldsAtTheirLimits() {
        GenerationOrder order = new GenerationOrder(
                "p".repeat(1000), "n".repeat(1000), null, -8.0, 50.0, 200, "euler", 1024, 1024, 4294967288L, 8);
        assertThat(admitted(order))
                .extracting(GenerateImage::sampler, GenerateImage::seed, GenerateImage::count)
                .containsExactly(SamplerName.EULER, 4294967288L, 8);
    }

    @Test
    void namesEveryBadFieldAtOnceAndQuotesNoText() {
        GenerationOrder order = new GenerationOrder(null, "n".repeat(1001), null, 9.0, 0.5, 0, "heun", 60, 60, -1L, 9);
        assertThat(refused(order))
                .extracting(BadField::field)
                .containsExactly(
                        "prompt",
                        "negativePrompt",
                        "adapterScale",
                        "guidanceScale",
                        "steps",
                        "sampler",
                        "width",
                        "height",
                        "count",
                        "seed");
        assertThat(refused(order)).extracting(BadField::found).contains("1001 characters");
    }

    private GenerateImage admitted(GenerationOrder order) {
        return ((Admission.Admitted) rules.admit(order)).request();
    }

    private List<BadField> refused(GenerationOrder order) {
        return ((Admission.Refused) rules.admit(order)).badFields();
    }

    private static GenerationOrder withAdapter(String adapter) {
        return new GenerationOrder("a", null, adapter, null, null, null, null, null, null, null, null);
    }
}
