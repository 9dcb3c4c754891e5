// For browsers that know no modules: says so in words. Nothing newer than they are may stand in here.

document.getElementById("too_old").removeAttribute("hidden");
