// vcsim for the tests: a vCenter Server with invented machines, over TLS on a free port of the loopback, which it prints.
// Arguments: machines per pool, password of the user audit, certificate and key. Built against Debian's package
// golang-github-vmware-govmomi-dev.
package main

import (
	"crypto/tls"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"strconv"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	model := simulator.VPX()
	model.Host = 2
	model.Portgroup = 1
	machines, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	model.Machine = machines
	if err := model.Create(); err != nil {
		panic(err)
	}
	model.Service.Listen = &url.URL{Host: "127.0.0.1:0", User: url.UserPassword("audit", os.Args[2])}
	pair, err := tls.LoadX509KeyPair(os.Args[3], os.Args[4])
	if err != nil {
		panic(err)
	}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	fmt.Println(model.Service.NewServer().URL.Host)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	<-stop
}
