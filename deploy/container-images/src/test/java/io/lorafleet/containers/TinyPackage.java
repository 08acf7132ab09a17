// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/** Writes a small package of Debian. */
final class TinyPackage {
    private static final String CONTROL = "Package: tiny\nVersion: 1:2.0-1\nArchitecture: all\n";

    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar;

    TinyPackage() throws IOException {
        tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(data));
    }

    TinyPackage file(String name, int mode, String content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setMode(mode);
        add(entry, content.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    TinyPackage link(String name, String target) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName(target);
        add(entry, new byte[0]);
        return this;
    }

    Path write(Path file) throws IOException {
        tar.close();
        ByteArrayOutputStream control = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(new GzipCompressorOutputStream(control))) {
            TarArchiveEntry entry = new TarArchiveEntry("./control");
            entry.setSize(CONTROL.length());
            out.putArchiveEntry(entry);
            out.write(CONTROL.getBytes(StandardCharsets.UTF_8));
            out.closeArchiveEntry();
        }
        try (OutputStream out = Files.newOutputStream(file);
                ArArchiveOutputStream ar = new ArArchiveOutputStream(out)) {
            member(ar, "debian-binary", "2.0\n".getBytes(StandardCharsets.UTF_8));
            member(ar, "control.tar.gz", control.toByteArray());
            member(ar, "data.tar.gz", data.toByteArray());
        }
        return file;
    }

    private void add(TarArchiveEntry entry, byte[] content) throws IOException {
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static void member(ArArchiveOutputStream ar, String name, byte[] content) throws IOException {
        ar.putArchiveEntry(new ArArchiveEntry(name, content.length));
        ar.write(content);
        ar.closeArchiveEntry();
    }
}
