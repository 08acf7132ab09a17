// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.safetensors.BadSafetensorsException;
import io.lorafleet.safetensors.adapter.BadAdapterException;
import io.lorafleet.safetensors.adapter.PeftFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Loads adapters from the gateway's disk, if an adapter directory is configured. */
public final class AdapterFiles {
    private final Optional<AdapterDirectory> directory;
    private final AdapterUploads uploads;

    public AdapterFiles(Optional<AdapterDirectory> directory, AdapterUploads uploads) {
        this.directory = directory;
        this.uploads = uploads;
    }

    /** The outcome of a load. */
    public sealed interface Load {
        /** Calls the function for this outcome. Callers must handle every outcome. */
        <R> R match(
                Function<Uploaded, R> uploaded,
                Function<NoFile, R> noFile,
                Function<Refused, R> refused,
                Function<NotAllowed, R> notAllowed);

        /** The file was found and uploaded, with the given outcome. */
        record Uploaded(Upload upload) implements Load {
            @Override
            public <R> R match(
                    Function<Uploaded, R> uploaded,
                    Function<NoFile, R> noFile,
                    Function<Refused, R> refused,
                    Function<NotAllowed, R> notAllowed) {
                return uploaded.apply(this);
            }
        }

        record NoFile() implements Load {
            @Override
            public <R> R match(
                    Function<Uploaded, R> uploaded,
                    Function<NoFile, R> noFile,
                    Function<Refused, R> refused,
                    Function<NotAllowed, R> notAllowed) {
                return noFile.apply(this);
            }
        }

        record Refused(String expected, String found) implements Load {
            @Override
            public <R> R match(
                    Function<Uploaded, R> uploaded,
                    Function<NoFile, R> noFile,
                    Function<Refused, R> refused,
                    Function<NotAllowed, R> notAllowed) {
                return refused.apply(this);
            }
        }

        /** No adapter directory is configured. */
        record NotAllowed() implements Load {
            @Override
            public <R> R match(
                    Function<Uploaded, R> uploaded,
                    Function<NoFile, R> noFile,
                    Function<Refused, R> refused,
                    Function<NotAllowed, R> notAllowed) {
                return notAllowed.apply(this);
            }
        }
    }

    /**
     * @param owner the caller; null in open mode
     * @param path path of a file or folder: see {@link AdapterDirectory#open}
     */
    public Load load(AdapterUploads.Description adapter, @Nullable String owner, String path) throws IOException {
        if (directory.isEmpty()) {
            return new Load.NotAllowed();
        }
        return directory
                .get()
                .open(path)
                .<Loader>match(
                        file -> () -> upload(adapter, owner, file),
                        nothing -> Load.NoFile::new,
                        refused -> () -> new Load.Refused(refused.expected(), refused.found()))
                .load();
    }

    /** Completes the load after the lookup; unlike a {@code Function}, it can throw {@link IOException}. */
    private interface Loader {
        Load load() throws IOException;
    }

    private Load upload(AdapterUploads.Description adapter, @Nullable String owner, AdapterDirectory.Found.File file)
            throws IOException {
        if (PeftFiles.WEIGHTS.equals(String.valueOf(file.path().getFileName()))) {
            return uploadPeft(adapter, owner, file);
        }
        try (SeekableByteChannel content = file.content()) {
            return new Load.Uploaded(uploads.upload(adapter, owner, content.size(), Channels.newInputStream(content)));
        }
    }

    /** @param weights a file of PEFT, which has its config in the same folder */
    private Load uploadPeft(
            AdapterUploads.Description adapter, @Nullable String owner, AdapterDirectory.Found.File weights)
            throws IOException {
        try (SeekableByteChannel content = weights.content()) {
            Path config = weights.path().resolveSibling(PeftFiles.CONFIG);
            Optional<SeekableByteChannel> opened = directory.orElseThrow().openSibling(config);
            if (opened.isEmpty()) {
                return new Load.Refused(PeftFiles.CONFIG + " beside " + PeftFiles.WEIGHTS, "no such file");
            }
            byte[] settings;
            try (InputStream in = Channels.newInputStream(opened.get())) {
                settings = in.readNBytes(PeftFiles.MAX_CONFIG_BYTES);
            }
            PeftFiles.Combined file = PeftFiles.combine(settings, Channels.newInputStream(content), content.size());
            return new Load.Uploaded(uploads.upload(adapter, owner, file.bytes(), file.content()));
        } catch (BadSafetensorsException | BadAdapterException e) {
            return new Load.Uploaded(new Upload.Refused(String.valueOf(e.getMessage())));
        }
    }
}
