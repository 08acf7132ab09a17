/** What clients send is stored within limits: of the disk, and of each caller. */
package io.lorafleet.gateway.storage;
