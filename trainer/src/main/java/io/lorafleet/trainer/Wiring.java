package io.lorafleet.trainer;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;

/** Makes the parts that need configuration. Bad configuration stops the start with the key's name. */
@Singleton
final class Wiring {

    @Produces
    @Singleton
    @Startup
    BlobStore blobStore(TrainerConfig config) {
        try {
            return new DirectoryBlobStore(config.storage().directory());
        } catch (IOException e) {
            throw new IllegalStateException(
                    "lorafleet.storage.directory: expected a directory that can be written, found "
                            + config.storage().directory(),
                    e);
        }
    }
}
