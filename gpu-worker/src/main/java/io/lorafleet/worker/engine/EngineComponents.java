// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import ai.djl.Device;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.diffusion.checkpoint.Pipelines;
import io.lorafleet.diffusion.text.ClipTextConfig;
import io.lorafleet.diffusion.text.PromptEncoder;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.messages.worker.WorkerStatus.TextEncoderShape;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.adapter.AdapterCatalog;
import io.lorafleet.worker.adapter.AdapterLimits;
import io.lorafleet.worker.adapter.AdapterStore;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.batching.ImageSize;
import io.lorafleet.worker.batching.MaxBatchRows;
import io.lorafleet.worker.job.ImageEngine;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import org.jboss.logging.Logger;

/** Produces the engine, the model and the adapter cache from the configuration. */
@ApplicationScoped
class EngineComponents {
    private static final Logger LOG = Logger.getLogger(EngineComponents.class);

    private final WorkerConfig.Worker config;
    private final Path path;

    EngineComponents(WorkerConfig config) {
        this.config = config.worker();
        this.path = config.model();
    }

    @Produces
    @Singleton
    StableDiffusion model() {
        TorchSettings.configure(config.threads().orElse(Runtime.getRuntime().availableProcessors()));
        try {
            return StableDiffusion.open(path, Device.cpu(), config.precision()).tilingAbove(config.tileAbovePixels());
        } catch (ModelFileException e) {
            throw new ModelFileException("lorafleet.model: " + e.getMessage(), e);
        }
    }

    @Produces
    @Singleton
    BaseModel description(StableDiffusion model) {
        return new BaseModel(
                model.name(),
                Pipelines.open(path).fingerprint("unet"),
                model.sizeMultiple(),
                model.defaultSize(),
                SamplerName.valueOf(model.schedule().sampler().name()),
                model.inpainting() ? true : null,
                model.prompts().parts().stream().map(EngineComponents::shape).toList());
    }

    private static TextEncoderShape shape(PromptEncoder.Part part) {
        ClipTextConfig config = part.encoder().config();
        return new TextEncoderShape(
                config.width(), config.layers(), part.tokenizer().length());
    }

    @Produces
    @Singleton
    ResidentAdapters adapters(
            StableDiffusion model,
            BaseModel description,
            AdapterCatalog catalog,
            BlobStore blobs,
            MeterRegistry meters) {
        AdapterLimits limits = new AdapterLimits(
                config.adapters().deviceBytes(),
                config.adapters().hostBytes(),
                config.adapters().maxRank());
        AdapterStore store = new AdapterStore(blobs, catalog, description, model.weights(), limits);
        ResidentAdapters adapters =
                new ResidentAdapters(store, limits, model.unet().type(), model.owner(), meters);
        catalog.onPublished(version -> {
            if (version.isFor(description.fingerprint())) { // otherwise, only workers of another pool need it
                adapters.published(version);
            }
        });
        meters.gauge("lorafleet.adapters.registered", catalog, AdapterCatalog::size);
        return adapters;
    }

    private ControlNets controlNets(StableDiffusion model) {
        if (config.controlNets().isEmpty()) {
            return ControlNets.none();
        }
        ControlNets opened = ControlNets.open(model, config.controlNets().get(), config.precision());
        LOG.infof("%d ControlNets loaded: %s", opened.references().size(), opened.references());
        return opened;
    }

    @Produces
    @Singleton
    ImageEngine engine(
            StableDiffusion model,
            BaseModel description,
            ResidentAdapters adapters,
            MeterRegistry meters,
            Clock clock) {
        ControlNets controlNets = controlNets(model);
        BatchSizeCalibration.Throughput throughput = config.maxBatchRows().isPresent()
                ? BatchSizeCalibration.of(model, config.maxBatchRows().getAsInt())
                : BatchSizeCalibration.of(model);
        MaxBatchRows maxRows =
                new MaxBatchRows(throughput.rows(), new ImageSize(model.defaultSize(), model.defaultSize()));
        LOG.infof(
                "Batch limit: %d rows at %d x %d pixels, %.2f rows per second",
                maxRows.rows(), model.defaultSize(), model.defaultSize(), throughput.rowsPerSecond());
        Gauge.builder("lorafleet.worker.capacity.evaluations.per.second", throughput::rowsPerSecond)
                .description("UNet evaluations per second in full batches at the model's default size, measured when"
                        + " the worker started")
                .strongReference(true)
                .register(meters);
        Previews previews = Previews.of(model, config.previewEvery());
        DiffusionEngine engine = new DiffusionEngine(
                model, description, adapters, controlNets, maxRows, config.maxBatchWait(), previews, meters, clock);
        meters.gauge("lorafleet.arrays.live", engine, DiffusionEngine::liveArrays);
        return engine;
    }

    void close(@Disposes ImageEngine engine) {
        ((DiffusionEngine) engine).close();
    }
}
