// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.safetensors.BadSafetensorsException;
import io.lorafleet.safetensors.adapter.BadAdapterException;
import io.lorafleet.safetensors.adapter.PeftFiles;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A zip file of a PEFT folder. Its entries are read one after the other, and nothing is written under their names. The
 * weights are kept in a temporary file, because the config can follow them, and the combined file starts with the config.
 */
final class PeftArchive implements Closeable {
    private static final int MAX_ENTRIES = 100;
    /** Limit on the size of all entries that are not used, such as a README, in bytes. */
    private static final long MAX_OTHER_BYTES = 16 << 20;

    private static final int COPIED_AT_ONCE = 1 << 16;
    private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle");

    private final Path weights = Files.createTempFile("lorafleet-adapter", ".safetensors");
    private byte @Nullable [] config;
    private boolean hasWeights;
    private @Nullable String folder;

    /** A zip file that is refused. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        Refusal(String message) {
            super(message);
        }
    }

    /** The weights exceed the size limit. */
    static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private PeftArchive() throws IOException {}

    /**
     * @param zip content of the zip file; not closed
     * @param maxBytes maximum size of the weights
     * @return the files, to be closed by the caller
     * @throws Refusal if the zip file is not one of a PEFT folder, or is damaged
     */
    static PeftArchive read(InputStream zip, long maxBytes) throws IOException, Refusal, TooLarge {
        PeftArchive archive = new PeftArchive();
        boolean complete = false;
        try {
            archive.readAll(new ZipInputStream(zip, StandardCharsets.UTF_8), maxBytes);
            complete = true;
            return archive;
        } catch (ZipException | EOFException | IllegalArgumentException e) { // the last for names that are not UTF-8
            throw new Refusal("expected a zip file, found a damaged one: " + e.getMessage());
        } finally {
            if (!complete) {
                archive.close();
            }
        }
    }

    private void readAll(ZipInputStream zip, long maxBytes) throws IOException, Refusal, TooLarge {
        Set<String> names = new HashSet<>();
        long others = 0;
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            String name = checkedName(entry);
            if (!names.add(name) || names.size() > MAX_ENTRIES) {
                throw new Refusal("expected at most " + MAX_ENTRIES + " entries with different names, found more");
            }
            String file = name.substring(name.lastIndexOf('/') + 1);
            if (entry.isDirectory()) {
                continue;
            }
            if (file.equals(PeftFiles.CONFIG)) {
                requireSameFolder(name, file);
                config = zip.readNBytes(PeftFiles.MAX_CONFIG_BYTES + 1);
                if (config.length > PeftFiles.MAX_CONFIG_BYTES) {
                    throw new Refusal(name + ": expected at most " + PeftFiles.MAX_CONFIG_BYTES + " bytes, found more");
                }
            } else if (file.equals(PeftFiles.WEIGHTS)) {
                requireSameFolder(name, file);
                copyWeights(zip, maxBytes);
            } else {
                others += skipped(zip, MAX_OTHER_BYTES - others);
            }
        }
        if (config == null || !hasWeights) {
            throw new Refusal("expected a zip file with " + PeftFiles.CONFIG + " and " + PeftFiles.WEIGHTS + ", found "
                    + (names.isEmpty()
                            ? "no entries (not a zip file?)"
                            : "no " + (config == null ? PeftFiles.CONFIG : PeftFiles.WEIGHTS)));
        }
    }

    /** Names are only compared, but a name that leads out of the folder shows that the file is not what it seems. */
    private static String checkedName(ZipEntry entry) throws Refusal {
        String name = entry.getName();
        if (name.startsWith("/")
                || name.contains("\\")
                || Arrays.asList(name.split("/")).contains("..")) {
            throw new Refusal("expected entries inside the folder, found " + name);
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (PICKLES.stream().anyMatch(lower::endsWith)) {
            throw new Refusal(name + ": expected " + PeftFiles.WEIGHTS
                    + ", found a format that can contain code (pickle), which is never read");
        }
        return name;
    }

    private void requireSameFolder(String name, String file) throws Refusal {
        String own = name.substring(0, name.length() - file.length());
        if (folder != null && !folder.equals(own)) {
            throw new Refusal("expected one adapter, found files in the folders '" + folder + "' and '" + own + "'");
        }
        folder = own;
    }

    private void copyWeights(InputStream entry, long maxBytes) throws IOException, TooLarge {
        byte[] buffer = new byte[COPIED_AT_ONCE];
        long left = maxBytes;
        try (OutputStream out = Files.newOutputStream(weights)) {
            for (int read = entry.read(buffer); read >= 0; read = entry.read(buffer)) {
                left -= read;
                if (left < 0) {
                    throw new TooLarge();
                }
                out.write(buffer, 0, read);
            }
        }
        hasWeights = true;
    }

    private static long skipped(InputStream entry, long most) throws IOException, Refusal {
        byte[] buffer = new byte[COPIED_AT_ONCE];
        long bytes = 0;
        for (int read = entry.read(buffer); read >= 0; read = entry.read(buffer)) {
            bytes += read;
            if (bytes > most) {
                throw new Refusal("expected at most " + MAX_OTHER_BYTES + " bytes beside " + PeftFiles.CONFIG + " and "
                        + PeftFiles.WEIGHTS + ", found more");
            }
        }
        return bytes;
    }

    /** @return the adapter as one file, whose content the caller closes */
    PeftFiles.Combined combined() throws IOException, BadSafetensorsException, BadAdapterException {
        InputStream file = new BufferedInputStream(Files.newInputStream(weights));
        boolean complete = false;
        try {
            PeftFiles.Combined combined =
                    PeftFiles.combine(config == null ? new byte[0] : config, file, Files.size(weights));
            complete = true;
            return combined;
        } finally {
            if (!complete) {
                file.close();
            }
        }
    }

    /** Deletes the temporary file. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(weights);
    }
}
