package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.AdapterVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;

/** Loads adapters from the gateway's own disk, where its configuration allows that. */
public final class AdapterFiles {
    private final Optional<AdapterDirectory> directory;
    private final AdapterUploads uploads;

    public AdapterFiles(Optional<AdapterDirectory> directory, AdapterUploads uploads) {
        this.directory = directory;
        this.uploads = uploads;
    }

    /** What became of it. */
    public sealed interface Load {
        /** There is a file, and this is what came of it. */
        record Uploaded(Upload upload) implements Load {}

        record NoFile() implements Load {}

        record Refused(String expected, String found) implements Load {}

        /** The gateway reads no adapters from its disk. */
        record NotAllowed() implements Load {}
    }

    /** @param path of a file or folder: see {@link AdapterDirectory#find} */
    public Load load(String name, AdapterVersion.Kind kind, Double guidance, String path) throws IOException {
        if (directory.isEmpty()) {
            return new Load.NotAllowed();
        }
        AdapterDirectory.Found found = directory.get().find(path);
        if (found instanceof AdapterDirectory.Found.Refused refused) {
            return new Load.Refused(refused.expected(), refused.found());
        }
        if (found instanceof AdapterDirectory.Found.File file) {
            try (InputStream safetensors = Files.newInputStream(file.path())) {
                return new Load.Uploaded(uploads.upload(name, kind, guidance, safetensors));
            }
        }
        return new Load.NoFile();
    }
}
