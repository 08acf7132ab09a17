package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.GatewayConfig.Limits;
import io.lorafleet.gateway.adapter.AdapterRegistry;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.WorkerStatus.BaseModel;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Decides whether an order can be drawn, and everything that it leaves open. */
public final class AdmissionRules {
    private static final int DEFAULT_STEPS = 20;
    private static final int ADAPTERS_NAMED = 10;

    private final Limits limits;
    private final ModelDirectory models;
    private final AdapterRegistry adapters;
    private final RandomGenerator random;
    private final Clock clock;

    public AdmissionRules(
            Limits limits, ModelDirectory models, AdapterRegistry adapters, RandomGenerator random, Clock clock) {
        this.limits = limits;
        this.models = models;
        this.adapters = adapters;
        this.random = random;
        this.clock = clock;
    }

    public Admission admit(GenerationOrder order) {
        Optional<BaseModel> model = models.current();
        if (model.isEmpty()) {
            return new Admission.NoModel();
        }
        if (order.adapter() == null) {
            return admit(order, model.get(), null);
        }
        Optional<AdapterVersion> adapter = adapters.resolve(order.adapter());
        return adapter.isPresent()
                ? admit(order, model.get(), adapter.get())
                : new Admission.UnknownAdapter(
                        order.adapter(),
                        adapters.names().stream().limit(ADAPTERS_NAMED).toList());
    }

    private Admission admit(GenerationOrder order, BaseModel model, AdapterVersion adapter) {
        FieldChecks checks = new FieldChecks();
        if (order.prompt() == null) {
            checks.refuse("prompt", "a text", "none");
        }
        String prompt = checks.text("prompt", limits.maxPromptLength(), order.prompt(), "");
        String negativePrompt = checks.text("negativePrompt", limits.maxPromptLength(), order.negativePrompt(), "");
        Dial dial = Dial.of(adapter, order.adapterScale(), order.guidanceScale(), checks);
        int steps = checks.whole("steps", 1, limits.maxSteps(), order.steps(), DEFAULT_STEPS);
        SamplerName sampler = sampler(order.sampler(), model.defaultSampler(), checks);
        InitImageFile image = InitImageFile.of(order, steps, limits, checks);
        int width = side("width", order.width(), image == null ? null : image.width(), model, checks);
        int height = side("height", order.height(), image == null ? null : image.height(), model, checks);
        if ((long) width * height > limits.maxPixels()) {
            checks.refuse("width * height", "at most " + limits.maxPixels() + " pixels", (long) width * height);
        }
        int count = checks.whole("count", 1, limits.maxCount(), order.count(), 1);
        long lastFirstSeed = GenerateImage.MAX_SEED - count + 1; // picture k draws from seed + k
        long seed = checks.whole("seed", 0, lastFirstSeed, order.seed(), random.nextLong(lastFirstSeed + 1));
        if (!checks.badFields().isEmpty()) {
            return new Admission.Refused(checks.badFields());
        }
        GenerateImage request = new GenerateImage(
                UUID.randomUUID().toString(),
                prompt,
                negativePrompt,
                image == null ? null : image.reference(),
                adapter == null ? null : adapter.pinned(),
                dial.adapterScale(),
                dial.guidanceScale(),
                steps,
                sampler,
                width,
                height,
                seed,
                count,
                clock.instant());
        return new Admission.Admitted(request, image);
    }

    /** @param ofImage the side of the init image, or null if there is none */
    private static int side(String field, Integer ordered, Integer ofImage, BaseModel model, FieldChecks checks) {
        Integer value = ordered == null && ofImage != null
                ? Integer.valueOf(ofImage - ofImage % model.sizeMultiple())
                : ordered;
        return checks.multiple(
                field,
                model.sizeMultiple(),
                GenerateImage.MIN_SIZE,
                GenerateImage.MAX_SIZE,
                value,
                model.defaultSize());
    }

    private static SamplerName sampler(String name, SamplerName fallback, FieldChecks checks) {
        if (name == null) {
            return fallback;
        }
        List<SamplerName> samplers = Arrays.asList(SamplerName.values());
        Optional<SamplerName> sampler =
                samplers.stream().filter(one -> text(one).equals(name)).findFirst();
        if (sampler.isEmpty()) {
            checks.refuse(
                    "sampler",
                    samplers.stream().map(AdmissionRules::text).collect(Collectors.joining(" or ")),
                    "another name");
        }
        return sampler.orElse(fallback);
    }

    private static String text(SamplerName sampler) {
        return sampler.name().toLowerCase(Locale.ROOT);
    }
}
