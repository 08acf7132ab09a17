package io.lorafleet.worker.engine;

import ai.djl.Device;
import io.lorafleet.diffusion.Torch;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.job.ImageEngine;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes the engine that the configuration asks for. */
@ApplicationScoped
class EngineParts {

    @Produces
    @Singleton
    ImageEngine engine(WorkerConfig config, BlobStore blobs, MeterRegistry meters) {
        Torch.configure(config.worker().threads().orElse(Runtime.getRuntime().availableProcessors()));
        DiffusionEngine engine = DiffusionEngine.open(
                config.model(),
                Device.cpu(),
                config.worker().precision(),
                config.worker().tileAbovePixels(),
                blobs,
                config.worker().adapterCacheBytes());
        meters.gauge("lorafleet.arrays.live", engine, DiffusionEngine::liveArrays);
        meters.gauge("lorafleet.adapters.resident", engine, DiffusionEngine::residentAdapters);
        return engine;
    }

    void close(@Disposes ImageEngine engine) {
        ((DiffusionEngine) engine).close();
    }
}
