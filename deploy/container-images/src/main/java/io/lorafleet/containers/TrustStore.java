// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.stream.Stream;

/** The certificate authorities that Java trusts: those of the package {@code ca-certificates}. */
final class TrustStore {
    /** The default password of all Java runtimes; it need not be secret, because the certificates are public. */
    private static final char[] PASSWORD = "changeit".toCharArray();

    private TrustStore() {}

    /**
     * @param certificates folder with a PEM file for each authority, {@code *.crt}
     * @param cacerts file to write
     */
    static void write(Path certificates, Path cacerts) throws IOException {
        // With encryption or a checksum, the file would contain random bytes and differ in each build.
        System.setProperty("keystore.pkcs12.certProtectionAlgorithm", "NONE");
        System.setProperty("keystore.pkcs12.macAlgorithm", "NONE");
        try (OutputStream out = Files.newOutputStream(cacerts)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Path file : files(certificates)) {
                try (InputStream in = Files.newInputStream(file)) {
                    store.setCertificateEntry(file.getFileName().toString(), factory.generateCertificate(in));
                }
            }
            store.store(out, PASSWORD);
        } catch (GeneralSecurityException e) {
            throw new IOException(certificates + ": cannot be read: " + e, e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".crt"))
                    .sorted()
                    .toList();
        }
    }
}
